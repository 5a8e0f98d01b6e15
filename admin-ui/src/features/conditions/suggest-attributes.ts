import type { Condition } from '@sluice/sdk/core';
import type { DraftCondition } from './draft-condition.js';

/** The attributes that most applications send, offered before the user types. */
const USUAL = ['targetingKey', 'ip', 'email', 'country', 'plan', 'version', 'now'];

/** Every attribute that conditions use, then the usual ones. */
export function attributesOf(
  conditions: readonly (Condition | DraftCondition | undefined)[],
): string[] {
  const found = new Set<string>();
  const visit = (condition: Condition | DraftCondition | undefined): void => {
    if (condition === undefined || 'segment' in condition) return;
    if ('all' in condition) condition.all.forEach(visit);
    else if ('any' in condition) condition.any.forEach(visit);
    else if ('not' in condition) visit(condition.not);
    else if (condition.attribute !== '') found.add(condition.attribute);
  };
  conditions.forEach(visit);
  return [...found];
}

interface Drawn {
  readonly when?: Condition | DraftCondition | undefined;
  readonly rollout?: { readonly by?: string | undefined } | undefined;
}

export function suggestAttributes(rules: readonly Drawn[]): string[] {
  const drawnBy = rules.flatMap(({ rollout }) => rollout?.by ?? []);
  return [...new Set([...attributesOf(rules.map(({ when }) => when)), ...drawnBy, ...USUAL])];
}
