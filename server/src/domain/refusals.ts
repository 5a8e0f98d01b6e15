import type { FieldError } from '@sluice/sdk/protocol';
import { AppError } from './errors.js';

export type Noun =
  | 'project'
  | 'environment'
  | 'flag'
  | 'release'
  | 'decision'
  | 'metric'
  | 'segment'
  | 'variant'
  | 'source'
  | 'template'
  | 'webhook'
  | 'window';

/** Maximum of listed names; the others are counted. */
const NAMED_MAX = 5;

export function notFound(noun: Noun, key: string): AppError {
  return new AppError('NOT_FOUND', `${noun} "${key}" does not exist`);
}

export function alreadyExists(noun: Noun, key: string): AppError {
  return new AppError(
    'ALREADY_EXISTS',
    `${noun} "${key}" already exists; keys differ in more than upper and lower case`,
  );
}

export function versionStale(noun: Noun, key: string, seen: number, current: Versioned): AppError {
  return new AppError(
    'VERSION_STALE',
    `${noun} "${key}" is at version ${current.version} by now, and If-Match named ${seen}`,
    { current },
  );
}

interface Versioned {
  readonly version: number;
}

export function inUse(noun: Noun, key: string, users: readonly string[]): AppError {
  return new AppError('IN_USE', `${noun} "${key}" is used by ${listed(users)}`);
}

export function conflict(message: string): AppError {
  return new AppError('CONFLICT', message);
}

/** Pointers refer to the request body. */
export function invalid(errors: readonly FieldError[]): AppError {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  const detail = [first?.pointer, first?.message].filter(Boolean).join(' ');
  return new AppError('VALIDATION_FAILED', `${detail}${more}`, { errors });
}

export function assertValid(errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid(errors);
}

export function listed(names: readonly string[]): string {
  const shown = names.slice(0, NAMED_MAX).join(', ');
  return names.length > NAMED_MAX ? `${shown} and ${names.length - NAMED_MAX} more` : shown;
}
