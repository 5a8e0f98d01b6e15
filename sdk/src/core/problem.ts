/**
 * A validation issue: the cause, the position and the expected value. `pointer` is relative to the
 * checked value.
 */
export interface Problem {
  readonly pointer: string;
  readonly message: string;
}

/** Receives each issue. A parser that returns nothing has found a fatal one. */
export type Report = (pointer: string, message: string) => void;

export const ignoreProblems: Report = () => {};

/** Wraps a listener for the members below `parent`. */
export function reportBelow(report: Report, parent: string): Report {
  return (pointer, message) => report(parent + pointer, message);
}

const SHOWN_LENGTH_MAX = 60;

/** Formats a value for a message: JSON, truncated to a readable length. */
export function show(value: unknown): string {
  const text = jsonText(value);
  return text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}…` : text;
}

function jsonText(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  try {
    return JSON.stringify(value) ?? `a ${typeof value}`;
  } catch {
    return `a ${typeof value}`;
  }
}

/** JSON pointer to a member, RFC 6901. */
export function pointerTo(parent: string, name: string | number): string {
  return `${parent}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
