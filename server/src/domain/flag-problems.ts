import {
  type Condition,
  type FlagType,
  PARENTS_MAX,
  parentChainLength,
  problemsOfFlag,
  type Rule,
} from '@sluice/sdk/core';
import type { FieldError } from '@sluice/sdk/protocol';
import { BOOLEAN_VARIANTS, type NewConfig, type Variants } from './flag.js';
import { problemsOfInfiniteNumbers } from './infinite-numbers.js';
import { closureOfSegments } from './segment-closure.js';
import { segmentsOfRules } from './segment-users.js';
import { unknownFieldsOfRules } from './unknown-fields.js';

/** Placeholder fields: these checks need a complete flag but do not read its key and seed. */
const ANY = { key: 'flag', seed: 'seed' };

interface Definition {
  readonly key: string;
  readonly type: FlagType;
  readonly seed: string;
  readonly variants: Variants;
}

export interface ProposedConfig {
  readonly status: string;
  readonly parent: string | null;
  readonly offVariant: string;
  readonly onVariant: string | null;
  readonly defaultVariant: string | null;
  readonly rules: readonly Rule[];
}

/** Other objects of the environment that a config is validated against. */
export interface ConfigSurroundings {
  /** Parent by flag key, null without one; flags missing here cannot be parents. */
  readonly parents: ReadonlyMap<string, string | null>;
  readonly segments: ReadonlyMap<string, Condition>;
}

export function problemsOfNewFlag(
  definition: Pick<Definition, 'type' | 'variants'>,
  config: NewConfig,
): readonly FieldError[] {
  const { type, variants } = definition;
  if (Object.keys(variants).length === 0) {
    return [{ pointer: '/variants', message: `a flag of type ${type} needs at least one variant` }];
  }
  return [
    ...problemsOfInfiniteNumbers(variants, '/variants'),
    ...problemsOf({ ...ANY, ...definition }, { ...config, status: 'off' }),
  ];
}

/** Validates the variants alone; whether a removed variant is still served is checked elsewhere. */
export function problemsOfVariants(type: FlagType, variants: Variants): readonly FieldError[] {
  const [first = ''] = Object.keys(type === 'boolean' ? BOOLEAN_VARIANTS : variants).reverse();
  const config = { offVariant: first, onVariant: null, defaultVariant: null };
  return problemsOfNewFlag({ type, variants }, config);
}

/** Pointers refer to the body of a PUT request. */
export function problemsOfConfig(
  definition: Definition,
  config: ProposedConfig,
  { parents, segments }: ConfigSurroundings,
): readonly FieldError[] {
  const flags = flagsByKey(new Map([...parents, [definition.key, config.parent]]));
  const needed = closureOfSegments(segmentsOfRules(config.rules), segments);
  return [
    ...unknownFieldsOfRules(config.rules),
    ...problemsOfInfiniteNumbers(config.rules, '/rules'),
    ...problemsOf(definition, config, flags, needed),
    ...problemsOfDescendants(definition.key, config.parent, flags),
  ];
}

function problemsOf(
  { key, ...definition }: Definition,
  config: NewConfig & { readonly status: string; readonly parent?: string | null },
  flags: Flags = {},
  segments: Readonly<Record<string, unknown>> = {},
): readonly FieldError[] {
  const given = Object.entries({ ...definition, ...config }).filter(([, value]) => value !== null);
  return problemsOfFlag(key, { flags: { ...flags, [key]: Object.fromEntries(given) }, segments });
}

type Flags = Readonly<Record<string, { readonly parent?: string }>>;

function flagsByKey(parents: ReadonlyMap<string, string | null>): Flags {
  return Object.fromEntries(
    [...parents].map(([key, parent]) => [key, parent === null ? {} : { parent }]),
  );
}

/** Moving a flag below another one also moves all its descendants. */
function problemsOfDescendants(
  key: string,
  parent: string | null,
  flags: Flags,
): readonly FieldError[] {
  if (parent === null) return [];
  const tooDeep = Object.keys(flags).find(
    (other) => other !== key && parentChainLength(flags, other) > PARENTS_MAX,
  );
  if (tooDeep === undefined) return [];
  const message = `flag "${tooDeep}" would have more than ${PARENTS_MAX} parents above it`;
  return [{ pointer: '/parent', message }];
}
