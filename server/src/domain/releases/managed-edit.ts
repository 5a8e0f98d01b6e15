import type { Rule } from '@sluice/sdk/core';
import { isSame } from '../changed-fields.js';
import { rulesAsWritten } from './managed-rule.js';

interface Config {
  readonly status: string;
  readonly parent: string | null;
  readonly offVariant: string;
  readonly onVariant: string | null;
  readonly defaultVariant: string | null;
  readonly rules: readonly Rule[];
}

export interface RunningRelease {
  readonly ruleId: string;
  readonly percent: number;
  /** Every percentage that the release has had: an editor may have loaded any of them. */
  readonly percents: readonly number[];
}

/** Why an edit is rejected while the release runs, and what to do instead; null: it is allowed. */
export function refusalOfEdit(
  before: Config,
  after: Config,
  release: RunningRelease,
): string | null {
  const { ruleId } = release;
  const old = rulesAsWritten(before.rules);
  const rule = after.rules.find(({ id }) => id === ruleId);
  if (after.status !== 'conditional' && after.status !== 'off' && after.status !== before.status) {
    return `status cannot become "${after.status}": complete, roll back or cancel it first`;
  }
  if (rule === undefined) {
    return `rule "${ruleId}" cannot be deleted: roll back or cancel the release first`;
  }
  const served = (['offVariant', 'onVariant', 'defaultVariant'] as const).find(
    (name) => before[name] !== after[name],
  );
  if (served !== undefined) {
    return `${served} cannot change: it is what people are compared with; end the release first`;
  }
  return (
    refusalOfRule(
      old.find(({ id }) => id === ruleId),
      rule,
      release,
    ) ?? refusalOfOrder(old, after.rules, ruleId)
  );
}

function refusalOfRule(old: Rule | undefined, rule: Rule, release: RunningRelease): string | null {
  if (!isSame(old?.serve, rule.serve)) {
    return `what rule "${rule.id}" serves cannot change: end the release first, then start another`;
  }
  const { to: _, ...drawing } = rule.rollout ?? { to: null };
  const { to: __, ...oldDrawing } = old?.rollout ?? { to: null };
  if (rule.rollout === undefined || !isSame(drawing, oldDrawing)) {
    return `who rule "${rule.id}" draws cannot change: restart it, to draw new people or not`;
  }
  if (!release.percents.includes(rule.rollout.to)) {
    return (
      `the percentage of rule "${rule.id}" is set by the release: ` +
      'advance it, jump to a step or roll it back'
    );
  }
  return null;
}

/** The rule must keep its position, and the rules before it must not take users from it. */
function refusalOfOrder(
  old: readonly Rule[],
  rules: readonly Rule[],
  ruleId: string,
): string | null {
  const before = rulesBefore(old, ruleId);
  const now = rulesBefore(rules, ruleId);
  const has = (list: readonly Rule[], id: string) => list.some((rule) => rule.id === id);
  const moved = old.some(
    ({ id }) => id !== ruleId && has(rules, id) && has(before, id) !== has(now, id),
  );
  if (moved) return `rule "${ruleId}" cannot move past another rule: end the release first`;
  const skimming = now.find((rule) => {
    if (!draws(rule)) return false;
    const same = before.find(({ id }) => id === rule.id);
    return !isSame([same?.rollout, same?.serve], [rule.rollout, rule.serve]);
  });
  if (skimming === undefined) return null;
  return (
    `rule "${skimming.id}" would draw people before rule "${ruleId}" does: ` +
    'put it behind, or end the release first'
  );
}

function rulesBefore(rules: readonly Rule[], ruleId: string): readonly Rule[] {
  const index = rules.findIndex(({ id }) => id === ruleId);
  return index < 0 ? [] : rules.slice(0, index);
}

function draws(rule: Rule): boolean {
  return rule.rollout !== undefined || 'split' in rule.serve;
}

/** The edit with the current percentage, in place of an older one that the editor had loaded. */
export function withCurrentPercent(
  rules: readonly Rule[],
  release: RunningRelease,
): readonly Rule[] {
  return rules.map((rule) =>
    rule.id === release.ruleId && rule.rollout !== undefined
      ? { ...rule, rollout: { ...rule.rollout, to: release.percent } }
      : rule,
  );
}
