import type { FlagType, JsonValue } from '../../api/types.js';

export const VARIANT_EXAMPLES: Record<Exclude<FlagType, 'boolean'>, string> = {
  string: 'control = control\ntreatment = treatment',
  number: 'low = 10\nhigh = 100',
  json: 'none = {}\nfull = {"limit": 10}',
};

export interface ReadVariants {
  readonly variants: Record<string, JsonValue>;
  /** The error in the text, with its line number. */
  readonly problem?: string;
}

/** Parses lines `name = value`. Values are plain text for string flags, otherwise JSON. */
export function readVariants(text: string, type: FlagType): ReadVariants {
  const variants: Record<string, JsonValue> = Object.create(null);
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') {
      continue;
    }
    const at = line.indexOf('=');
    const name = line.slice(0, at).trim();
    if (at < 0 || name === '') {
      const problem = `Line ${index + 1}: expected “name = value”, got “${line}”.`;
      return { variants, problem };
    }
    if (Object.hasOwn(variants, name)) {
      return { variants, problem: `Line ${index + 1}: variant “${name}” is there twice.` };
    }
    const value = readVariantValue(line.slice(at + 1).trim(), type);
    if ('problem' in value) {
      return { variants, problem: `Line ${index + 1}: ${value.problem}` };
    }
    variants[name] = value.value;
  }
  return Object.keys(variants).length === 0
    ? { variants, problem: 'Expected at least one variant.' }
    : { variants };
}

export type ReadValue = { readonly value: JsonValue } | { readonly problem: string };

export function readVariantValue(text: string, type: FlagType): ReadValue {
  if (type === 'string') {
    return { value: text };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: `expected ${EXPECTED[type]}, got “${text}”.` };
  }
  const fits =
    type === 'json' ? value === null || typeof value === 'object' : typeof value === type;
  return fits
    ? { value: value as JsonValue }
    : { problem: `expected ${EXPECTED[type]}, got “${text}”.` };
}

const EXPECTED: Record<FlagType, string> = {
  boolean: 'true or false',
  string: 'text',
  number: 'a number',
  json: 'a JSON object, a list or null',
};
