import type { FlagStatus, Rule } from '@sluice/sdk/core';
import type { FieldError } from '@sluice/sdk/protocol';
import { isSame } from '../changed-fields.js';
import type { Variants } from '../flag.js';

interface Config {
  readonly status: FlagStatus;
  readonly offVariant: string;
  readonly onVariant: string | null;
  readonly defaultVariant: string | null;
  readonly rules: readonly Rule[];
}

/** The rule that a release opens, with all rules of the flag. A new rule is appended at 0 %. */
export interface TargetRule {
  readonly rule: Rule;
  readonly rules: readonly Rule[];
  readonly isNew: boolean;
}

const NEW_RULE_ID = 'release';

export function targetRule(
  config: Config,
  variants: Variants,
  ruleId: string | undefined,
): TargetRule | { readonly problems: readonly FieldError[] } {
  const { rules, status } = config;
  if (status === 'on' || status === 'inherit') {
    return problem(
      '',
      `the flag is "${status}" for everybody: make its status "conditional" first`,
    );
  }
  if (ruleId !== undefined) {
    const rule = rules.find(({ id }) => id === ruleId);
    if (rule === undefined) return problem('/ruleId', `there is no rule "${ruleId}"`);
    return existing(rule, rules);
  }
  const rollouts = rules.filter((rule) => rule.rollout !== undefined);
  if (rollouts.length > 1) {
    const names = rollouts.map(({ id }) => `"${id}"`).join(', ');
    return problem('/ruleId', `must name one of the rules with a rollout: ${names}`);
  }
  const [only] = rollouts;
  return only === undefined ? added(config, variants) : existing(only, rules);
}

function existing(
  rule: Rule,
  rules: readonly Rule[],
): TargetRule | { readonly problems: readonly FieldError[] } {
  if (rule.rollout === undefined) {
    return problem('/ruleId', `rule "${rule.id}" has no rollout: it takes everybody already`);
  }
  if ((rule.rollout.from ?? 0) !== 0) {
    return problem(
      '/ruleId',
      `the rollout of rule "${rule.id}" must begin at 0, not at ${rule.rollout.from}`,
    );
  }
  return { rule, rules, isNew: false };
}

function added(
  config: Config,
  variants: Variants,
): TargetRule | { readonly problems: readonly FieldError[] } {
  const { rules, offVariant, onVariant } = config;
  const variant = onVariant ?? Object.keys(variants).find((name) => name !== offVariant);
  if (variant === undefined) {
    return problem('', `the flag has no variant beside "${offVariant}" to release`);
  }
  const taken = new Set(rules.map(({ id }) => id));
  let id = NEW_RULE_ID;
  for (let suffix = 2; taken.has(id); suffix += 1) id = `${NEW_RULE_ID}-${suffix}`;
  const rule: Rule = { id, rollout: { to: 0 }, serve: { variant } };
  return { rule, rules: [...rules, rule], isNew: true };
}

function problem(pointer: string, message: string) {
  return { problems: [{ pointer, message }] };
}

/** Warnings about rules that make a comparison weaker than users expect. */
export function warningsOfTarget(config: Config, { rule, rules }: TargetRule): FieldError[] {
  const index = rules.findIndex(({ id }) => id === rule.id);
  const warnings: FieldError[] = [];
  const skimming = rules
    .slice(0, index)
    .find((it) => it.rollout !== undefined || 'split' in it.serve);
  if (skimming !== undefined) {
    const message = `rule "${skimming.id}" draws people before: whoever it is for is not compared`;
    warnings.push({ pointer: '/ruleId', message });
  }
  const everybody = rules.slice(0, index).find((it) => it.when === undefined && !it.rollout);
  if (everybody !== undefined) {
    const message = `rule "${everybody.id}" takes everybody before: nobody reaches "${rule.id}"`;
    warnings.push({ pointer: '/ruleId', message });
  }
  const behind = rules.slice(index + 1).find((it) => isSame(it.serve, rule.serve));
  const isDefault =
    'variant' in rule.serve && rule.serve.variant === (config.defaultVariant ?? config.offVariant);
  if (behind !== undefined || isDefault) {
    const who = behind === undefined ? 'the default' : `rule "${behind.id}"`;
    const message = `${who} serves the same to people outside: there may be no difference to see`;
    warnings.push({ pointer: '/ruleId', message });
  }
  return warnings;
}
