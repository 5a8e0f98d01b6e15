import type { FieldError } from '@sluice/sdk/protocol';
import type { MarkerName } from './marker.js';

export interface MarkerInput extends MarkerName {
  readonly commit: string | null;
  readonly url: string | null;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly endAt: number | null;
}

/** Tolerates clocks of build machines that are slightly ahead. */
const AHEAD_MS_MAX = 5 * 60_000;

export function problemsOfMarker(input: MarkerInput, nowMs: number): readonly FieldError[] {
  const { type, version, url, at, endAt } = input;
  const problems: FieldError[] = [];
  if (type === 'deploy' && version === '') {
    problems.push({ pointer: '/version', message: 'is missing: a deploy needs it' });
  }
  if (url !== null && !/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) {
    problems.push({ pointer: '/url', message: `must be an http or https address, got "${url}"` });
  }
  if (at > nowMs + AHEAD_MS_MAX) {
    const message = `must not lie in the future, got "${new Date(at).toISOString()}"`;
    problems.push({ pointer: '/at', message });
  }
  if (endAt !== null && endAt < at) {
    problems.push({ pointer: '/endAt', message: 'must not be before the start' });
  }
  return problems;
}
