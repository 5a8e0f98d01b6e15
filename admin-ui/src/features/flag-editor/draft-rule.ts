import type { Rollout, Rule, Serve } from '@sluice/sdk/core';
import { formatPercent } from '@sluice/server/domain/format';
import {
  type ConditionStart,
  type Draft,
  type DraftCondition,
  startCondition,
} from '../conditions/draft-condition.js';

export interface DraftRule {
  id: string;
  when?: DraftCondition;
  rollout?: Draft<Rollout>;
  serve: Draft<Serve>;
}

export type RuleStart =
  | 'everyone'
  | Extract<ConditionStart, 'users' | 'ip' | 'attribute' | 'segment'>;

/** The entries of the menu "Add rule". */
export const RULE_STARTS: readonly { start: RuleStart; label: string; hint: string }[] = [
  { start: 'everyone', label: 'Percentage of everyone', hint: 'a rollout that can grow' },
  { start: 'users', label: 'Users in a list', hint: 'by targeting key' },
  { start: 'segment', label: 'Segment', hint: 'a named, reusable condition' },
  { start: 'ip', label: 'IP address or range', hint: 'an office, a region' },
  { start: 'attribute', label: 'Attribute', hint: 'country, plan, version, time…' },
];

const ID_WORDS: Record<RuleStart, string> = {
  everyone: 'rollout',
  users: 'users',
  ip: 'addresses',
  attribute: 'attribute',
  segment: 'segment',
};

export function startRule(
  start: RuleStart,
  rules: readonly { readonly id: string }[],
  variant: string,
): DraftRule {
  const id = uniqueId(ID_WORDS[start], rules);
  const serve = { variant };
  return start === 'everyone'
    ? { id, rollout: { to: 0 }, serve }
    : { id, when: { all: [startCondition(start)] }, serve };
}

export function uniqueId(word: string, rules: readonly { readonly id: string }[]): string {
  const taken = new Set(rules.map(({ id }) => id.toLowerCase()));
  if (!taken.has(word)) {
    return word;
  }
  let number = 2;
  while (taken.has(`${word}-${number}`)) {
    number += 1;
  }
  return `${word}-${number}`;
}

export function moveRule<T>(rules: readonly T[], from: number, to: number): T[] {
  const moved = [...rules];
  const [rule] = moved.splice(from, 1);
  if (rule !== undefined) {
    moved.splice(to, 0, rule);
  }
  return moved;
}

/** `to` minus `from`, without binary rounding errors. */
export function shareOf(rollout: Rollout | Draft<Rollout> | undefined): number | undefined {
  return rollout === undefined
    ? undefined
    : Math.round((rollout.to - (rollout.from ?? 0)) * 1000) / 1000;
}

export function describeServe(serve: Rule['serve'] | DraftRule['serve']): string {
  if ('variant' in serve) {
    return serve.variant;
  }
  const total = Object.values(serve.split).reduce((sum, weight) => sum + weight, 0);
  return Object.entries(serve.split)
    .map(
      ([variant, weight]) => `${variant} ${formatPercent(total > 0 ? (weight / total) * 100 : 0)}`,
    )
    .join(' · ');
}
