import type { EventBatch, EventSlot } from '../../sdk/src/protocol/event-batch.js';
import { decodeSketch, Sketch } from '../../sdk/src/protocol/sketch.js';

/** The events of one arm, added up over slots and batches. */
export class GatheredArm {
  exposures = 0;
  readonly units = new Set<string>();
  readonly splits = new Lists();
  readonly warmUpSplits = new Lists();
  readonly buckets = new Map<string, Map<number, { sum: number; count: number }>>();
  readonly sketches = new Map<string, Sketch>();

  /** Over all buckets. */
  totals(metric: string): { readonly sum: number; readonly count: number } {
    const total = { sum: 0, count: 0 };
    for (const { sum, count } of this.buckets.get(metric)?.values() ?? []) {
      total.sum += sum;
      total.count += count;
    }
    return total;
  }
}

class Lists extends Map<string, string[]> {
  add(lists: Readonly<Record<string, readonly string[]>>): void {
    for (const [key, list] of Object.entries(lists)) {
      this.set(key, [...(this.get(key) ?? []), ...list]);
    }
  }
}

/** Adds up event batches as a server does. */
export class Gathered {
  readonly flags = new Map<string, number>();
  readonly arms = new Map<string, GatheredArm>();
  readonly metrics = new Map<string, { count: number; sum: number }>();
  unattributed = 0;
  dropped = 0;

  static of(batches: readonly EventBatch[]): Gathered {
    const gathered = new Gathered();
    for (const batch of batches) gathered.add(batch);
    return gathered;
  }

  add({ slots, unattributed, dropped }: EventBatch): void {
    this.unattributed += unattributed;
    this.dropped += dropped;
    for (const slot of slots) this.#addSlot(slot);
  }

  /** Such as `arm('r1', 2, 'treatment')`; an empty arm without events. */
  arm(id: string, phase: number, arm: string): GatheredArm {
    return this.arms.get(`${id}/${phase}/${arm}`) ?? new GatheredArm();
  }

  #addSlot({ flags, releases, metrics }: EventSlot): void {
    for (const [key, variants] of Object.entries(flags)) {
      for (const [variant, count] of Object.entries(variants)) {
        const name = `${key}=${variant}`;
        this.flags.set(name, (this.flags.get(name) ?? 0) + count);
      }
    }
    for (const release of releases) this.#addRelease(release);
    for (const [event, { count, sum }] of Object.entries(metrics)) {
      const before = this.metrics.get(event) ?? { count: 0, sum: 0 };
      this.metrics.set(event, { count: before.count + count, sum: before.sum + sum });
    }
  }

  #addRelease(release: EventSlot['releases'][number]): void {
    const name = `${release.id}/${release.phase}/${release.arm}`;
    const arm = this.arms.get(name) ?? new GatheredArm();
    this.arms.set(name, arm);
    arm.exposures += release.exposures;
    for (const unit of release.units) arm.units.add(unit);
    arm.splits.add(release.splits);
    arm.warmUpSplits.add(release.warmUpSplits);
    for (const [metric, entries] of Object.entries(release.buckets)) {
      const buckets = arm.buckets.get(metric) ?? new Map();
      arm.buckets.set(metric, buckets);
      for (const [bucket, sum, count] of entries) {
        const before = buckets.get(bucket) ?? { sum: 0, count: 0 };
        buckets.set(bucket, { sum: before.sum + sum, count: before.count + count });
      }
    }
    for (const [metric, text] of Object.entries(release.sketches)) {
      const sketch = arm.sketches.get(metric) ?? new Sketch();
      sketch.merge(decodeSketch(text) as Sketch);
      arm.sketches.set(metric, sketch);
    }
  }
}
