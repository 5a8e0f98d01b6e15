import type { Operator } from '@sluice/sdk/core';

/** What the values of an operator are; `same` keeps the type that was typed. */
export type ValueKind = 'same' | 'text' | 'number' | 'time' | 'version' | 'address' | 'none';

interface OperatorWords {
  readonly operator: Operator;
  /** Reads between the attribute and its values. */
  readonly label: string;
  readonly kind: ValueKind;
  readonly group: string;
  readonly placeholder: string;
}

const words = (
  operator: Operator,
  label: string,
  kind: ValueKind,
  group: string,
  placeholder = '',
): OperatorWords => ({ operator, label, kind, group, placeholder });

export const OPERATOR_WORDS: readonly OperatorWords[] = [
  words('in', 'is one of', 'same', 'Any value', 'NL'),
  words('exists', 'is present', 'none', 'Any value'),
  words('contains', 'contains', 'text', 'Text', 'beta'),
  words('startsWith', 'starts with', 'text', 'Text', 'team-'),
  words('endsWith', 'ends with', 'text', 'Text', '@example.com'),
  words('matches', 'matches pattern', 'text', 'Text', '^v[0-9]+$'),
  words('lessThan', '<', 'number', 'Number', '10'),
  words('lessThanOrEqual', '≤', 'number', 'Number', '10'),
  words('greaterThan', '>', 'number', 'Number', '10'),
  words('greaterThanOrEqual', '≥', 'number', 'Number', '10'),
  words('before', 'is before', 'time', 'Time', '2027-01-31T09:00:00Z'),
  words('after', 'is after', 'time', 'Time', '2027-01-31T09:00:00Z'),
  words('semverEquals', 'version =', 'version', 'Version', '2.4.0'),
  words('semverLessThan', 'version <', 'version', 'Version', '2.4.0'),
  words('semverLessThanOrEqual', 'version ≤', 'version', 'Version', '2.4.0'),
  words('semverGreaterThan', 'version >', 'version', 'Version', '2.4.0'),
  words('semverGreaterThanOrEqual', 'version ≥', 'version', 'Version', '2.4.0'),
  words('ipIn', 'is in address range', 'address', 'Address', '10.0.0.0/8'),
];

export const OPERATOR_GROUPS: readonly string[] = [
  ...new Set(OPERATOR_WORDS.map(({ group }) => group)),
];

/** An operator that a newer server knows is shown by its name, and kept. */
export function wordsFor(operator: string): OperatorWords {
  return (
    OPERATOR_WORDS.find((entry) => entry.operator === operator) ??
    words(operator as Operator, operator, 'same', 'Other')
  );
}

export function canIgnoreCase(operator: string): boolean {
  return ['in', 'contains', 'startsWith', 'endsWith', 'matches'].includes(operator);
}
