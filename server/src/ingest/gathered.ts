import { type BucketEntry, BUCKETS, decodeSketch, type Sketch } from '@sluice/sdk/protocol';
import type { Finding } from '../domain/metrics/finding.js';
import type { TallyKey, UnitTally } from '../domain/metrics/tally.js';
import { firstExposure, type Exposure } from './exposure.js';

interface SeenKey extends TallyKey<UnitTally> {
  readonly releaseId: string;
  readonly scope: number;
}

/** Units of one tally and scope. */
export interface SeenUnits extends SeenKey {
  /** By the hash of the unit, 16 hexadecimal digits. */
  readonly units: Map<string, Exposure>;
}

export interface TotalKey extends TallyKey {
  readonly releaseId: string;
  readonly phase: number;
  readonly armCode: number;
}

/** Additions to one row of totals. */
export interface TotalDelta extends TotalKey {
  count: number;
  sum: number;
  bucketSums: Float64Array | null;
  bucketCounts: Float64Array | null;
  sketch: Sketch | null;
}

/** Additions to one point of a chart. */
export interface SlotDelta {
  readonly environmentId: string;
  readonly series: string;
  /** Epoch milliseconds. */
  readonly at: number;
  count: number;
  sum: number;
  sketch: Sketch | null;
}

export interface FindingDelta {
  readonly environmentId: string;
  readonly finding: Finding;
  count: number;
}

export type SlotKey = Pick<SlotDelta, 'environmentId' | 'series' | 'at'>;

/** The key of `Gathered.totals`. */
export function totalId({ releaseId, tally, metric, phase, armCode }: TotalKey): string {
  return `${releaseId} ${tally} ${metric} ${phase} ${armCode}`;
}

/** The key of `Gathered.slots`. */
export function slotId({ environmentId, series, at }: SlotKey): string {
  return `${environmentId} ${series} ${at}`;
}

/** The additions of many batches together, so that storing them takes few statements. */
export class Gathered {
  readonly seen = new Map<string, SeenUnits>();
  readonly totals = new Map<string, TotalDelta>();
  readonly slots = new Map<string, SlotDelta>();
  readonly findings = new Map<string, FindingDelta>();

  see(key: SeenKey, units: readonly string[], exposure: Exposure): void {
    if (units.length === 0) return;
    const id = `${key.releaseId} ${key.tally} ${key.metric} ${key.scope}`;
    const seen = this.seen.get(id) ?? { ...key, units: new Map<string, Exposure>() };
    this.seen.set(id, seen);
    for (const unit of units) {
      const before = seen.units.get(unit);
      seen.units.set(unit, before === undefined ? exposure : firstExposure(before, exposure));
    }
  }

  total(key: TotalKey): TotalDelta {
    const id = totalId(key);
    const known = this.totals.get(id);
    if (known) return known;
    const total = { ...key, count: 0, sum: 0, bucketSums: null, bucketCounts: null, sketch: null };
    this.totals.set(id, total);
    return total;
  }

  slot(environmentId: string, series: string, at: number): SlotDelta {
    const id = slotId({ environmentId, series, at });
    const known = this.slots.get(id);
    if (known) return known;
    const slot = { environmentId, series, at, count: 0, sum: 0, sketch: null };
    this.slots.set(id, slot);
    return slot;
  }

  addFinding(environmentId: string, finding: Finding, count: number): void {
    if (count === 0) return;
    const id = `${environmentId} ${finding}`;
    const delta = this.findings.get(id) ?? { environmentId, finding, count: 0 };
    this.findings.set(id, delta);
    delta.count += count;
  }
}

export function addBuckets(total: TotalDelta, buckets: readonly BucketEntry[]): void {
  total.bucketSums ??= new Float64Array(BUCKETS);
  total.bucketCounts ??= new Float64Array(BUCKETS);
  for (const [bucket, sum, count] of buckets) {
    total.bucketSums[bucket] = (total.bucketSums[bucket] ?? 0) + sum;
    total.bucketCounts[bucket] = (total.bucketCounts[bucket] ?? 0) + count;
    total.sum += sum;
    total.count += count;
  }
}

/** Returns false for a text that is not a sketch. */
export function addSketch(to: { sketch: Sketch | null }, text: string): boolean {
  const sketch = decodeSketch(text);
  if (sketch === null) return false;
  if (to.sketch === null) to.sketch = sketch;
  else to.sketch.merge(sketch);
  return true;
}
