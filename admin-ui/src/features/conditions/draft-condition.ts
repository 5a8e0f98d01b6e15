import type { Condition, Operator } from '@sluice/sdk/core';

/** The type of the ruleset, but writable. */
export type Draft<T> = T extends readonly (infer U)[]
  ? Draft<U>[]
  : T extends object
    ? { -readonly [K in keyof T]: Draft<T[K]> }
    : T;

export interface DraftLeaf {
  attribute: string;
  operator: Operator;
  values: (string | number | boolean)[];
  ignoreCase?: boolean;
}

export type DraftCondition =
  | { all: DraftCondition[] }
  | { any: DraftCondition[] }
  | { not: DraftCondition }
  | { segment: string }
  | DraftLeaf;

export type ConditionKind = 'all' | 'any' | 'not' | 'segment' | 'leaf';

export function kindOf(condition: Condition | DraftCondition): ConditionKind {
  if ('all' in condition) return 'all';
  if ('any' in condition) return 'any';
  if ('not' in condition) return 'not';
  return 'segment' in condition ? 'segment' : 'leaf';
}

/** The entries of the menu "Add condition". */
export const CONDITION_STARTS = [
  { start: 'users', label: 'Users in a list', hint: 'by targeting key' },
  { start: 'ip', label: 'IP address or range', hint: 'addresses and CIDR blocks' },
  { start: 'attribute', label: 'Attribute', hint: 'country, plan, version, time…' },
  { start: 'segment', label: 'Segment', hint: 'a named, reusable condition' },
  { start: 'any', label: 'Any of…', hint: 'a group: one of them is enough' },
  { start: 'all', label: 'All of…', hint: 'a group: each of them must hold' },
  { start: 'not', label: 'Not…', hint: 'turns a condition around' },
] as const;
export type ConditionStart = (typeof CONDITION_STARTS)[number]['start'];

export function startCondition(start: ConditionStart): DraftCondition {
  switch (start) {
    case 'users':
      return { attribute: 'targetingKey', operator: 'in', values: [] };
    case 'ip':
      return { attribute: 'ip', operator: 'ipIn', values: [] };
    case 'attribute':
      return { attribute: '', operator: 'in', values: [] };
    case 'segment':
      return { segment: '' };
    case 'any':
      return { any: [] };
    case 'all':
      return { all: [] };
    case 'not':
      return { not: { any: [] } };
  }
}

/** Adds to a rule's condition without changing its meaning: a single one becomes "all of". */
export function andAlso(when: DraftCondition | undefined, added: DraftCondition): DraftCondition {
  if (when === undefined) {
    return { all: [added] };
  }
  return 'all' in when ? { all: [...when.all, added] } : { all: [when, added] };
}
