import type { FlagStatus, Rule } from '@sluice/sdk/core';
import type { FieldError } from '@sluice/sdk/protocol';

interface Config {
  readonly status: FlagStatus;
  readonly parent: string | null;
  readonly rules: readonly Rule[];
}

/** Warnings about a config that is valid but probably not intended. */
export function warningsOfConfig(config: Config): readonly FieldError[] {
  return [...warningsOfStatus(config), ...warningsOfRules(config.rules)];
}

function warningsOfStatus({ status, parent, rules }: Config): FieldError[] {
  const warnings: FieldError[] = [];
  if (rules.length > 0 && status !== 'conditional') {
    const message = `rules take no part while status is "${status}"`;
    warnings.push({ pointer: '/rules', message });
  }
  if (status === 'inherit' && parent === null) {
    const message = 'without a parent, "inherit" serves the default variant to everybody';
    warnings.push({ pointer: '/status', message });
  }
  return warnings;
}

function warningsOfRules(rules: readonly Rule[]): FieldError[] {
  const stop = rules.findIndex(takesEverybody);
  return rules.flatMap((rule, index) => {
    const pointer = `/rules/${index}`;
    const warnings: FieldError[] = [];
    if (stop >= 0 && index > stop) {
      const message = `never reached: rule "${rules[stop]?.id}" takes everybody`;
      warnings.push({ pointer, message });
    }
    if (rule.rollout !== undefined && rule.rollout.to === (rule.rollout.from ?? 0)) {
      const message = `rule "${rule.id}" includes nobody`;
      warnings.push({ pointer: `${pointer}/rollout/to`, message });
    }
    return warnings;
  });
}

/**
 * A rule with any rollout, even `to: 100`, is excluded on purpose: it skips contexts without a
 * unit.
 */
function takesEverybody(rule: Rule): boolean {
  return rule.when === undefined && rule.rollout === undefined;
}
