import type { FieldError } from '@sluice/sdk/protocol';
import { isTimeZone } from './time-zone.js';

/** A window or freeze as users write it; fields of the other kind are absent or null. */
export interface WindowInput {
  readonly kind: 'window' | 'freeze';
  readonly name: string;
  readonly environments: readonly string[];
  readonly timeZone: string | null;
  readonly days: readonly number[] | null;
  readonly opens: string | null;
  readonly closes: string | null;
  /** ISO 8601. */
  readonly startsAt: string | null;
  readonly endsAt: string | null;
}

const OF_WINDOWS = ['timeZone', 'days', 'opens', 'closes'] as const;
const OF_FREEZES = ['startsAt', 'endsAt'] as const;
const TIME_OF_DAY = /^([01]\d|2[0-3]):[0-5]\d$/;

/** All validation issues; `known` are the environments of the project. */
export function problemsOfWindow(
  input: WindowInput,
  known: readonly string[],
): readonly FieldError[] {
  return [
    ...(input.kind === 'window' ? problemsOfHours(input) : problemsOfFreeze(input)),
    ...problemsOfEnvironments(input.environments, known),
  ];
}

function problemsOfHours(input: WindowInput): readonly FieldError[] {
  const { timeZone, days, opens, closes } = input;
  const problems = [...strangers(input, OF_FREEZES, 'a freeze'), ...missing(input, OF_WINDOWS)];
  if (timeZone !== null && !isTimeZone(timeZone)) {
    const message = `must be an IANA time zone such as Europe/Amsterdam, got "${timeZone}"`;
    problems.push({ pointer: '/timeZone', message });
  }
  if (days !== null && (days.length === 0 || new Set(days).size !== days.length)) {
    const message = 'must name each weekday once, 1 (Monday) to 7 (Sunday), and at least one';
    problems.push({ pointer: '/days', message });
  }
  if (opens !== null && !TIME_OF_DAY.test(opens)) {
    problems.push({ pointer: '/opens', message: `must be like 09:30, got "${opens}"` });
  }
  if (closes !== null && closes !== '24:00' && !TIME_OF_DAY.test(closes)) {
    const message = `must be like 17:30, or 24:00, got "${closes}"`;
    problems.push({ pointer: '/closes', message });
  }
  return problems;
}

function problemsOfFreeze(input: WindowInput): readonly FieldError[] {
  const { startsAt, endsAt } = input;
  const problems = [...strangers(input, OF_WINDOWS, 'a window'), ...missing(input, ['startsAt'])];
  if (startsAt !== null && endsAt !== null && Date.parse(endsAt) <= Date.parse(startsAt)) {
    problems.push({ pointer: '/endsAt', message: `must be after startsAt, got "${endsAt}"` });
  }
  return problems;
}

function problemsOfEnvironments(
  environments: readonly string[],
  known: readonly string[],
): readonly FieldError[] {
  return environments.flatMap((key, index) => {
    const pointer = `/environments/${index}`;
    if (!known.includes(key)) return [{ pointer, message: `there is no environment "${key}"` }];
    if (environments.indexOf(key) === index) return [];
    return [{ pointer, message: `names "${key}" a second time` }];
  });
}

type Field = (typeof OF_WINDOWS)[number] | (typeof OF_FREEZES)[number];

function missing(input: WindowInput, fields: readonly Field[]): FieldError[] {
  return fields
    .filter((field) => input[field] === null)
    .map((field) => ({ pointer: `/${field}`, message: `is missing: a ${input.kind} needs it` }));
}

function strangers(input: WindowInput, fields: readonly Field[], owner: string): FieldError[] {
  return fields
    .filter((field) => input[field] !== null)
    .map((field) => ({
      pointer: `/${field}`,
      message: `must be absent: it belongs to ${owner}, and this is a ${input.kind}`,
    }));
}
