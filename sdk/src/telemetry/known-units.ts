import { isSampled, type SeedPrefix, unitBucket, unitHash } from '../core/bucket.js';

/** For all releases together. Up to as many older users are remembered too. */
const UNITS_MAX = 50_000;
/** A longer unit is stored as its hash, so that requests cannot fill the memory. */
const NAME_LENGTH_MAX = 100;

/** What was already reported of a user in one phase. */
export interface KnownUnit {
  readonly hash: string;
  readonly bucket: number;
  readonly isSampled: boolean;
  /** One bit for each arm in which the user was reported. */
  arms: number;
  /** One bit for each metric for which the user was reported; `warmUpSplits` for the warm-up. */
  splits: number;
  warmUpSplits: number;
}

/** Limits the number of remembered users. When it is reached, the older half is forgotten. */
export class UnitPool {
  #generation = 0;
  #count = 0;

  get generation(): number {
    return this.#generation;
  }

  add(): void {
    this.#count += 1;
    if (this.#count < UNITS_MAX) return;
    this.#count = 0;
    this.#generation += 1;
  }

  /** Reports all users again, because earlier reports may be lost. */
  forget(): void {
    this.#count = 0;
    this.#generation += 2;
  }
}

/** Users that this instance saw in one phase. A forgotten user is reported again, without harm. */
export class KnownUnits {
  readonly #pool: UnitPool;
  readonly #salt: SeedPrefix;
  readonly #sample: number;
  #recent = new Map<string, KnownUnit>();
  #older = new Map<string, KnownUnit>();
  #generation: number;

  constructor(pool: UnitPool, salt: SeedPrefix, sample: number) {
    this.#pool = pool;
    this.#salt = salt;
    this.#sample = sample;
    this.#generation = pool.generation;
  }

  get(unit: string): KnownUnit {
    if (this.#generation !== this.#pool.generation) this.#age();
    const name = unit.length <= NAME_LENGTH_MAX ? unit : unitHash(this.#salt, unit);
    const recent = this.#recent.get(name);
    if (recent !== undefined) return recent;
    const known = this.#older.get(name) ?? this.#meet(unit);
    this.#recent.set(name, known);
    this.#pool.add();
    return known;
  }

  #age(): void {
    const isOneBehind = this.#pool.generation - this.#generation === 1;
    this.#older = isOneBehind ? this.#recent : new Map();
    this.#recent = new Map();
    this.#generation = this.#pool.generation;
  }

  #meet(unit: string): KnownUnit {
    const hash = unitHash(this.#salt, unit);
    return {
      hash,
      bucket: unitBucket(hash),
      isSampled: isSampled(this.#salt, unit, this.#sample),
      arms: 0,
      splits: 0,
      warmUpSplits: 0,
    };
  }
}
