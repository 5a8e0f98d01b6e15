import type { Arm } from '../core/resolution.js';
import { BUCKETS } from '../protocol/decode-event-batch.js';
import type { BucketEntry, ReleaseSlot } from '../protocol/event-batch.js';
import { encodeSketch, Sketch } from '../protocol/sketch.js';
import type { KnownUnit } from './known-units.js';
import { CRASH_EVENT, type Effect, ERROR_EVENT } from './metric-effects.js';
import type { SlotBudget } from './slot-budget.js';

/** Limits an entry, so that it fits into a batch. */
const UNITS_PER_ENTRY_MAX = 5_000;

interface Summand {
  readonly unit: KnownUnit;
  readonly value: number;
}

/** The parts of an event that an arm needs. */
export interface Occurrence extends Summand {
  readonly isWarmUp: boolean;
  /** Metrics that already contain this request in their sums. */
  readonly alreadySummed?: ReadonlySet<unknown> | null;
}

/** Collects the numbers of one arm of one phase until the slot ends. */
export class ArmTally {
  readonly id: string;
  readonly phase: number;
  readonly arm: Arm;
  exposures = 0;
  /** True when the open slot already contains this arm. */
  isOpen = false;
  /** The bit of a user that records a report in this arm. */
  readonly #bit: number;
  #isHarmed = false;
  #units: string[] = [];
  #splits = new Map<string, string[]>();
  #warmUpSplits = new Map<string, string[]>();
  /** By metric: the sums of all buckets, followed by their counts. */
  #buckets = new Map<string, Float64Array>();
  #sketches = new Map<string, Sketch>();

  constructor(id: string, phase: number, arm: Arm) {
    this.id = id;
    this.phase = phase;
    this.arm = arm;
    this.#bit = arm === 'treatment' ? 1 : 2;
  }

  expose(unit: KnownUnit | null, budget: SlotBudget): void {
    this.exposures += 1;
    if (unit === null || (unit.arms & this.#bit) !== 0) return;
    if (!unit.isSampled || !budget.takeUnit()) return;
    unit.arms |= this.#bit;
    this.#units.push(unit.hash);
  }

  /** The first failure of this arm is sent early, whatever the gates are. */
  isFirstHarm(event: string): boolean {
    if (this.#isHarmed || (event !== ERROR_EVENT && event !== CRASH_EVENT)) return false;
    this.#isHarmed = true;
    return true;
  }

  /** Returns true when a user is reported for a metric for the first time. */
  apply(effect: Effect, occurrence: Occurrence, budget: SlotBudget): boolean {
    if (effect.sum === 'split') return this.#split(effect, occurrence, budget);
    if (occurrence.isWarmUp) return false;
    const { metric } = effect;
    const isSummed = occurrence.alreadySummed?.has(metric) ?? false;
    if (!isSummed) this.addSums(effect, occurrence, budget);
    if (effect.sum === 'value' || effect.sum === 'slow') {
      fetchFrom(this.#sketches, metric.key, newSketch, budget)?.add(occurrence.value);
    }
    return false;
  }

  addSums(effect: Effect, { unit, value }: Summand, budget: SlotBudget): void {
    const { metric, sum, count } = effect;
    if (metric.per === 'unit' && !unit.isSampled) return;
    const sums = fetchFrom(this.#buckets, metric.key, newBuckets, budget);
    if (sums === null) return;
    const gain = gainOf(sum, value, metric.thresholdMs ?? 0, metric.cap ?? null);
    sums[unit.bucket] = (sums[unit.bucket] as number) + gain;
    const place = BUCKETS + unit.bucket;
    sums[place] = (sums[place] as number) + count;
  }

  /** Returns entries that each fit into a batch, and resets the tally. */
  take(): ReleaseSlot[] {
    const { id, phase, arm, exposures } = this;
    const empty = { id, phase, arm, exposures: 0, units: [], splits: {}, warmUpSplits: {} };
    const first: ReleaseSlot = {
      ...empty,
      exposures,
      buckets: Object.fromEntries(mapValues(this.#buckets, toEntries)),
      sketches: Object.fromEntries(mapValues(this.#sketches, encodeSketch)),
    };
    const rest = { ...empty, buckets: {}, sketches: {} };
    const slots: ReleaseSlot[] = [
      first,
      ...chunksOf(this.#units).map((units) => ({ ...rest, units })),
      ...named(this.#splits).map((splits) => ({ ...rest, splits })),
      ...named(this.#warmUpSplits).map((warmUpSplits) => ({ ...rest, warmUpSplits })),
    ];
    this.exposures = 0;
    this.isOpen = false;
    this.#units = [];
    this.#splits = new Map();
    this.#warmUpSplits = new Map();
    this.#buckets = new Map();
    this.#sketches = new Map();
    return joinedWhenSmall(slots);
  }

  #split(effect: Effect, { unit, isWarmUp }: Occurrence, budget: SlotBudget): boolean {
    const { bit, metric } = effect;
    const reported = isWarmUp ? unit.warmUpSplits : unit.splits;
    if (!unit.isSampled || (reported & bit) !== 0) return false;
    const lists = isWarmUp ? this.#warmUpSplits : this.#splits;
    const list = fetchFrom(lists, metric.key, newList, budget);
    if (list === null || !budget.takeUnit()) return false;
    list.push(unit.hash);
    if (isWarmUp) unit.warmUpSplits |= bit;
    else unit.splits |= bit;
    return true;
  }
}

function gainOf(sum: Effect['sum'], value: number, thresholdMs: number, cap: number | null) {
  if (sum === 'one') return 1;
  if (sum === 'value') return cap === null ? value : Math.min(value, cap);
  return sum === 'slow' && value > thresholdMs ? 1 : 0;
}

const newList = (): string[] => [];
const newBuckets = () => new Float64Array(2 * BUCKETS);
const newSketch = () => new Sketch();

/** A new row uses the budget; returns null when it is exhausted. */
function fetchFrom<T>(
  map: Map<string, T>,
  key: string,
  make: () => T,
  budget: SlotBudget,
): T | null {
  const known = map.get(key);
  if (known !== undefined) return known;
  if (!budget.takeSeries()) return null;
  const made = make();
  map.set(key, made);
  return made;
}

function toEntries(sums: Float64Array): BucketEntry[] {
  const entries: BucketEntry[] = [];
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    const [sum, count] = [sums[bucket] as number, sums[BUCKETS + bucket] as number];
    if (sum !== 0 || count !== 0) entries.push([bucket, sum, count]);
  }
  return entries;
}

function mapValues<A, B>(map: ReadonlyMap<string, A>, change: (value: A) => B): [string, B][] {
  return [...map].map(([key, value]) => [key, change(value)]);
}

function chunksOf(list: readonly string[]): string[][] {
  const count = Math.ceil(list.length / UNITS_PER_ENTRY_MAX);
  return Array.from({ length: count }, (_, index) =>
    list.slice(index * UNITS_PER_ENTRY_MAX, (index + 1) * UNITS_PER_ENTRY_MAX),
  );
}

function named(lists: ReadonlyMap<string, string[]>): Record<string, string[]>[] {
  return [...lists].flatMap(([key, list]) => chunksOf(list).map((chunk) => ({ [key]: chunk })));
}

/** Usually returns one entry, because a slot has few users and short lists. */
function joinedWhenSmall(slots: readonly ReleaseSlot[]): ReleaseSlot[] {
  const count = (lists: ReleaseSlot['splits']) => Object.values(lists).flat().length;
  const total = slots.reduce(
    (sum, slot) => sum + slot.units.length + count(slot.splits) + count(slot.warmUpSplits),
    0,
  );
  if (total > UNITS_PER_ENTRY_MAX) return [...slots];
  const [first, ...rest] = slots as [ReleaseSlot, ...ReleaseSlot[]];
  return [
    {
      ...first,
      units: rest.flatMap(({ units }) => units),
      splits: Object.assign({}, ...rest.map(({ splits }) => splits)),
      warmUpSplits: Object.assign({}, ...rest.map(({ warmUpSplits }) => warmUpSplits)),
    },
  ];
}
