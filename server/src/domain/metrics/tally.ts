import type { Arm } from '@sluice/sdk/core';

/** Tallies of distinct units: a unit counts once per scope, in the lowest phase it was seen in. */
export type UnitTally =
  /** Units exposed in a phase. The scope is the phase. */
  | 'units'
  /** Units by the phase of their first exposure. The scope is the round, as for those below. */
  | 'firstUnits'
  /** Units by the phase of their first event of a metric, the warm-up excluded. */
  | 'firsts'
  /** Like `firsts`, but includes the warm-up; used by the tripwire. */
  | 'firstsAll';

/** The kind of a stored number of a release. */
export type Tally =
  | UnitTally
  /** Evaluations that reached the rule of the release. */
  | 'exposures'
  /** Events of a metric, the sum of their values and their sketch. */
  | 'sums';

export interface TallyKey<T extends Tally = Tally> {
  readonly tally: T;
  /** Empty for tallies that do not depend on a metric. */
  readonly metric: string;
}

/**
 * The stored names of tallies, in `release_totals.metric` and `release_seen.metric`. The tally is
 * part of the name because a server of the previous version writes to the same rows through their
 * primary keys. A metric key never contains `$`, `#` or `!`.
 */
const NAMES: ReadonlyMap<Tally, string> = new Map([
  ['exposures', '$exposures'],
  ['units', '$phase'],
  ['firstUnits', '$first'],
]);
const SUFFIXES: ReadonlyMap<Tally, string> = new Map([
  ['firsts', '#'],
  ['firstsAll', '!'],
]);
const BY_NAME = inverted(NAMES);
const BY_SUFFIX = inverted(SUFFIXES);

export function nameInTotals({ tally, metric }: TallyKey): string {
  return NAMES.get(tally) ?? metric + (SUFFIXES.get(tally) ?? '');
}

export function parseNameInTotals(name: string): TallyKey {
  const tally = BY_NAME.get(name);
  if (tally !== undefined) return { tally, metric: '' };
  const suffixed = BY_SUFFIX.get(name.slice(-1));
  if (suffixed !== undefined) return { tally: suffixed, metric: name.slice(0, -1) };
  return { tally: 'sums', metric: name };
}

/** `release_seen` has no sums, so first events use the bare metric key there. */
export function nameInUnits(key: TallyKey<UnitTally>): string {
  return key.tally === 'firsts' ? key.metric : nameInTotals(key);
}

/** Codes of the arms in the tables. */
export const ARM_CODES: Readonly<Record<Arm, number>> = { control: 0, treatment: 1 };
/** The code of a unit that was seen in both arms of one phase. */
export const BOTH_ARMS = 2;

function inverted<K, V>(map: ReadonlyMap<K, V>): ReadonlyMap<V, K> {
  return new Map([...map].map(([key, value]) => [value, key]));
}
