import type { Operator } from '@sluice/sdk/core';

/** The kind of an operator's values; `same` keeps the typed type. */
export type ValueKind = 'same' | 'text' | 'number' | 'time' | 'version' | 'address' | 'none';

interface OperatorWords {
  readonly operator: Operator;
  /** Shown between the attribute and its values. */
  readonly label: string;
  readonly kind: ValueKind;
  readonly group: string;
  readonly placeholder: string;
}

const inGroup =
  (group: string) =>
  (operator: Operator, label: string, kind: ValueKind, placeholder = ''): OperatorWords => {
    return { operator, label, kind, group, placeholder };
  };

const any = inGroup('Any value');
const text = inGroup('Text');
const number = inGroup('Number');
const time = inGroup('Time');
const version = inGroup('Version');
const address = inGroup('Address');

export const OPERATOR_WORDS: readonly OperatorWords[] = [
  any('in', 'is one of', 'same', 'NL'),
  any('exists', 'is present', 'none'),
  text('contains', 'contains', 'text', 'beta'),
  text('startsWith', 'starts with', 'text', 'team-'),
  text('endsWith', 'ends with', 'text', '@example.com'),
  text('matches', 'matches pattern', 'text', '^v[0-9]+$'),
  number('lessThan', '<', 'number', '10'),
  number('lessThanOrEqual', '≤', 'number', '10'),
  number('greaterThan', '>', 'number', '10'),
  number('greaterThanOrEqual', '≥', 'number', '10'),
  time('before', 'is before', 'time', '2027-01-31T09:00:00Z'),
  time('after', 'is after', 'time', '2027-01-31T09:00:00Z'),
  version('semverEquals', 'version =', 'version', '2.4.0'),
  version('semverLessThan', 'version <', 'version', '2.4.0'),
  version('semverLessThanOrEqual', 'version ≤', 'version', '2.4.0'),
  version('semverGreaterThan', 'version >', 'version', '2.4.0'),
  version('semverGreaterThanOrEqual', 'version ≥', 'version', '2.4.0'),
  address('ipIn', 'is in address range', 'address', '10.0.0.0/8'),
];

export const OPERATOR_GROUPS: readonly string[] = [
  ...new Set(OPERATOR_WORDS.map(({ group }) => group)),
];

/** An operator that only a newer server knows is kept and shown by its name. */
export function wordsFor(operator: string): OperatorWords {
  return (
    OPERATOR_WORDS.find((entry) => entry.operator === operator) ??
    inGroup('Other')(operator as Operator, operator, 'same')
  );
}

export function canIgnoreCase(operator: string): boolean {
  return ['in', 'contains', 'startsWith', 'endsWith', 'matches'].includes(operator);
}
