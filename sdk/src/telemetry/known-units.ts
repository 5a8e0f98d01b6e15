import { isSampled, type SeedPrefix, unitBucket, unitHash } from '../core/bucket.js';

/** Of all releases together; as many again are remembered from before. */
const UNITS_MAX = 50_000;
/** A longer name is remembered by its hash, so that strangers cannot fill the memory. */
const NAME_LENGTH_MAX = 100;

/** What is remembered of a person in one phase, so that nothing is reported twice. */
export interface KnownUnit {
  readonly hash: string;
  readonly bucket: number;
  readonly isSampled: boolean;
  /** A bit for each side that the person was named on. */
  arms: number;
  /** A bit for each metric that the person was reported for, and the same of the warm-up. */
  splits: number;
  warmUpSplits: number;
}

/** How many people are remembered in all; the older half is forgotten when they are too many. */
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

  /** Everybody is reported again: what was reported of them may be lost. */
  forget(): void {
    this.#count = 0;
    this.#generation += 2;
  }
}

/** People whom this instance met in one phase. Whoever is forgotten is merely reported again. */
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
