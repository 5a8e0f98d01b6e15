import { show } from '../problem.js';
import { type CompileTest, never, type Scalar, usableValues } from './matcher.js';

const DATE_TIME =
  /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** A leaf matches when any value does, so `before` uses the latest and `after` the earliest. */
export const compileBefore: CompileTest = (leaf, report) => {
  const latest = extreme(instantsOf(leaf, report), Math.max);
  if (latest === undefined) return never;
  return (value) => {
    const time = toInstant(value);
    return time !== undefined && time < latest;
  };
};

export const compileAfter: CompileTest = (leaf, report) => {
  const earliest = extreme(instantsOf(leaf, report), Math.min);
  if (earliest === undefined) return never;
  return (value) => {
    const time = toInstant(value);
    return time !== undefined && time > earliest;
  };
};

function instantsOf(...[leaf, report]: Parameters<CompileTest>): number[] {
  return usableValues(
    leaf,
    (value) => (typeof value === 'string' ? parseDateTime(value) : undefined),
    (index, value) => {
      const expected = 'an RFC 3339 date-time such as 2026-01-31T09:00:00Z';
      report(`/values/${index}`, `value must be ${expected}, got ${show(value)}`);
    },
  );
}

function extreme(times: readonly number[], choose: (a: number, b: number) => number) {
  return times.length === 0 ? undefined : times.reduce((a, b) => choose(a, b));
}

/** An attribute can also be epoch milliseconds. */
function toInstant(value: Scalar): number | undefined {
  if (typeof value === 'string') return parseDateTime(value);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** RFC 3339 to epoch milliseconds, truncated; no leap second, no hour 24. */
export function parseDateTime(text: string): number | undefined {
  const parts = DATE_TIME.exec(text);
  if (parts === null) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as Six;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const offset = offsetMinutes(parts[8], Number(parts[9] ?? 0), Number(parts[10] ?? 0));
  const midnight = calendarDay(year, month, day);
  if (offset === undefined || midnight === undefined) return undefined;
  const millisecond = Number((parts[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const seconds = (hour * 60 + minute - offset) * 60 + second;
  return midnight + seconds * 1000 + millisecond;
}

type Six = [number, number, number, number, number, number];

function offsetMinutes(sign: string | undefined, hours: number, minutes: number) {
  if (hours > 23 || minutes > 59) return undefined;
  return (sign === '-' ? -1 : 1) * (hours * 60 + minutes);
}

/** Epoch milliseconds of a day that exists. `Date.UTC` would move the years 0-99 to 1900. */
function calendarDay(year: number, month: number, day: number): number | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : undefined;
}
