import { formatPercent } from '@sluice/server/domain/format';
import type { FlagConfigChange } from '../../api/types.js';
import { describeCondition } from '../conditions/describe-condition.js';
import { sameJson } from '../draft/json-values.js';
import { describeServe, shareOf } from './draft-rule.js';

/** One sentence per change, in the order in which the page shows them. */
export function describeChanges(before: FlagConfigChange, after: FlagConfigChange): string[] {
  const lines: string[] = [];
  const say = (name: string, from: string | null, to: string | null): void => {
    if (from !== to) {
      lines.push(`${name}: ${from ?? 'none'} → ${to ?? 'none'}`);
    }
  };
  say('Status', before.status, after.status);
  say('Parent', before.parent, after.parent);
  say('Off variant', before.offVariant, after.offVariant);
  say('On variant', before.onVariant, after.onVariant);
  say('Default variant', before.defaultVariant, after.defaultVariant);
  return [...lines, ...describeRuleChanges(before.rules, after.rules)];
}

type Rules = FlagConfigChange['rules'];

function describeRuleChanges(before: Rules, after: Rules): string[] {
  const lines: string[] = [];
  for (const rule of after) {
    const old = before.find(({ id }) => id === rule.id);
    if (old === undefined) {
      lines.push(`Rule “${rule.id}” added: ${describeCondition(rule.when)}`);
    } else if (!sameJson(old, rule)) {
      lines.push(`Rule “${rule.id}”: ${describeRuleChange(old, rule)}`);
    }
  }
  const kept = (rules: Rules, others: Rules): string[] =>
    rules.map(({ id }) => id).filter((id) => others.some((other) => other.id === id));
  for (const { id } of before.filter((rule) => !after.some((other) => other.id === rule.id))) {
    lines.push(`Rule “${id}” removed`);
  }
  if (!sameJson(kept(before, after), kept(after, before))) {
    lines.push(`Order of rules: ${after.map(({ id }) => id).join(', ')}`);
  }
  return lines;
}

function describeRuleChange(before: Rules[number], after: Rules[number]): string {
  const parts: string[] = [];
  const percent = (rule: Rules[number]): string => {
    const share = shareOf(rule.rollout);
    return share === undefined ? 'all' : formatPercent(share);
  };
  if (percent(before) !== percent(after)) {
    parts.push(`${percent(before)} → ${percent(after)}`);
  }
  if (!sameJson(before.when, after.when)) {
    parts.push(`who: ${describeCondition(after.when)}`);
  }
  if (!sameJson(before.serve, after.serve)) {
    parts.push(`serves ${describeServe(before.serve)} → ${describeServe(after.serve)}`);
  }
  return parts.length > 0 ? parts.join('; ') : 'drawn differently';
}
