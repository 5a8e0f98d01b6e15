/** What is wrong, where, and what was expected. `pointer` is relative to the value checked. */
export interface Problem {
  readonly pointer: string;
  readonly message: string;
}

/** Told about every problem on the way; a parser that returns nothing has found a grave one. */
export type Report = (pointer: string, message: string) => void;

export const ignoreProblems: Report = () => {};

/** The same listener, told of places below a member. */
export function reportBelow(report: Report, parent: string): Report {
  return (pointer, message) => report(parent + pointer, message);
}

const SHOWN_LENGTH_MAX = 60;

/** A value as a message shows it: JSON, cut to a readable length. */
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
