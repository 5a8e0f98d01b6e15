import type { Flag } from '@sluice/sdk/core';
import type { flagConfigs, flags } from '../schema/index.js';

type FlagRow = typeof flags.$inferSelect;
type ConfigRow = typeof flagConfigs.$inferSelect;

export type FlagDefinition = Pick<FlagRow, 'type' | 'seed' | 'variants'>;
export type FlagBehaviour = Pick<
  ConfigRow,
  'status' | 'killed' | 'parent' | 'offVariant' | 'onVariant' | 'defaultVariant' | 'rules'
>;

/** The one place where a definition and what an environment does with it become a wire flag. */
export function toRulesetFlag(definition: FlagDefinition, behaviour: FlagBehaviour): Flag {
  return {
    type: definition.type,
    seed: definition.seed,
    variants: definition.variants,
    offVariant: behaviour.offVariant,
    ...(behaviour.onVariant === null ? {} : { onVariant: behaviour.onVariant }),
    ...(behaviour.defaultVariant === null ? {} : { defaultVariant: behaviour.defaultVariant }),
    status: behaviour.status,
    killed: behaviour.killed,
    ...(behaviour.parent === null ? {} : { parent: behaviour.parent }),
    rules: behaviour.rules,
  };
}
