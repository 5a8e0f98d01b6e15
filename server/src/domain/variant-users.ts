import type { Rule } from '@sluice/sdk/core';

interface ConfigWithVariants {
  readonly environmentKey: string;
  readonly offVariant: string;
  readonly onVariant: string | null;
  readonly defaultVariant: string | null;
  readonly rules: readonly Rule[];
}

/** Lists the fields and rules that serve a variant, for a rejection. */
export function nameVariantUsers(
  variant: string,
  configs: readonly ConfigWithVariants[],
): readonly string[] {
  return configs.flatMap((config) => {
    const { environmentKey: environment, offVariant, onVariant, defaultVariant } = config;
    const fields = { offVariant, onVariant, defaultVariant };
    return [
      ...Object.entries(fields)
        .filter(([, name]) => name === variant)
        .map(([field]) => `${field} in ${environment}`),
      ...config.rules
        .filter((rule) => serves(rule, variant))
        .map((rule) => `rule "${rule.id}" in ${environment}`),
    ];
  });
}

function serves({ serve }: Rule, variant: string): boolean {
  return 'split' in serve ? Object.hasOwn(serve.split, variant) : serve.variant === variant;
}
