import type { FlagType, JsonValue } from '@sluice/sdk/core';

export type Variants = Readonly<Record<string, JsonValue>>;

export const FLAG_KINDS = ['release', 'experiment', 'operational', 'permission'] as const;
export type FlagKind = (typeof FLAG_KINDS)[number];

/** The seed of a new flag: its key without ":", with a suffix if another flag uses that seed. */
export function drawSeed(key: string, taken: ReadonlySet<string>): string {
  const base = key.replaceAll(':', '.');
  let seed = base;
  for (let suffix = 2; taken.has(seed); suffix += 1) seed = `${base}-${suffix}`;
  return seed;
}

/** The variants of every boolean flag. */
export const BOOLEAN_VARIANTS = { on: true, off: false } as const satisfies Variants;

export interface NewConfig {
  readonly offVariant: string;
  readonly onVariant: string | null;
  readonly defaultVariant: string | null;
}

/** Initial config of a new flag in each environment; the flag starts turned off. */
export function configOfNewFlag(
  type: FlagType,
  variants: Variants,
  offVariant: string | undefined,
): NewConfig {
  const [first] = Object.keys(variants);
  if (type !== 'boolean') {
    return { offVariant: offVariant ?? first ?? '', onVariant: null, defaultVariant: null };
  }
  return { offVariant: offVariant ?? 'off', onVariant: 'on', defaultVariant: 'off' };
}
