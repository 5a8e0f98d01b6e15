import type { Condition } from '@sluice/sdk/core';
import type { DraftCondition } from './draft-condition.js';
import { wordsFor } from './operator-words.js';

const VALUES_SHOWN = 3;

/** One readable line: `country is one of NL, DE and not (segment staff)`. */
export function describeCondition(condition: Condition | DraftCondition | undefined): string {
  return condition === undefined ? 'Everyone' : describe(condition, false);
}

function describe(condition: Condition | DraftCondition, nested: boolean): string {
  if ('all' in condition) {
    return join(condition.all, ' and ', nested, 'Everyone');
  }
  if ('any' in condition) {
    return join(condition.any, ' or ', nested, 'Nobody');
  }
  if ('not' in condition) {
    return `not ${describe(condition.not, true)}`;
  }
  if ('segment' in condition) {
    return `segment ${condition.segment || '…'}`;
  }
  const { label, kind } = wordsFor(condition.operator);
  const attribute = condition.attribute || '…';
  return kind === 'none'
    ? `${attribute} ${label}`
    : `${attribute} ${label} ${describeValues(condition.values ?? [])}`;
}

function join(
  parts: readonly (Condition | DraftCondition)[],
  word: string,
  nested: boolean,
  empty: string,
): string {
  if (parts.length === 0) {
    return empty;
  }
  const text = parts.map((part) => describe(part, parts.length > 1)).join(word);
  return nested && parts.length > 1 ? `(${text})` : text;
}

function describeValues(values: readonly (string | number | boolean)[]): string {
  if (values.length === 0) {
    return '…';
  }
  const shown = values.slice(0, VALUES_SHOWN).map(String).join(', ');
  const more = values.length - VALUES_SHOWN;
  return more > 0 ? `${shown} + ${more} more` : shown;
}
