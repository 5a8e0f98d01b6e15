import type { Tally } from '../core/outcome.js';
import { isValidKey } from '../core/problems/key.js';
import { type EventSlot, type MetricSlot, SLOT_MS } from '../protocol/event-batch.js';
import { encodeSketch, Sketch } from '../protocol/sketch.js';
import type { ArmTally } from './arm-tally.js';
import { SlotBudget } from './slot-budget.js';

interface FlagCount {
  readonly key: string;
  readonly variant: string;
  readonly tally: Tally;
}

interface MetricCount {
  count: number;
  sum: number;
  sketch: Sketch | null;
}

/** The events of the current ten seconds. */
export class OpenSlot {
  readonly from: number;
  readonly budget = new SlotBudget();
  readonly #flags: FlagCount[] = [];
  readonly #arms: ArmTally[] = [];
  readonly #metrics = new Map<string, MetricCount>();

  /** `now` is any time within the slot, in server time. */
  constructor(now: number) {
    this.from = Math.floor(now / SLOT_MS) * SLOT_MS;
  }

  get endsAt(): number {
    return this.from + SLOT_MS;
  }

  /** Adds an outcome that was not yet served in this slot. */
  touch(key: string, variant: string | undefined, tally: Tally): void {
    this.#flags.push({ key, variant: variant ?? '', tally });
  }

  /** Adds an arm to the slot, once. */
  open(arm: ArmTally): ArmTally {
    if (!arm.isOpen) this.#arms.push(arm);
    arm.isOpen = true;
    return arm;
  }

  count(event: string, value: number, isSketched = false): void {
    let metric = this.#metrics.get(event);
    if (metric === undefined) {
      if (!this.budget.takeSeries()) return;
      metric = { count: 0, sum: 0, sketch: isSketched ? new Sketch() : null };
      this.#metrics.set(event, metric);
    }
    metric.count += 1;
    metric.sum += value;
    metric.sketch?.add(value);
  }

  /** Returns all events and resets the tallies. */
  close(): EventSlot {
    const { from, endsAt: to } = this;
    const releases = this.#arms.flatMap((arm) => arm.take());
    const metrics = [...this.#metrics].map(([event, metric]) => [event, toSlot(metric)] as const);
    return { from, to, flags: this.#takeFlags(), releases, metrics: Object.fromEntries(metrics) };
  }

  /**
   * Skips invalid keys, which only a hand-made ruleset can have and which would invalidate the
   * batch.
   */
  #takeFlags(): EventSlot['flags'] {
    const flags: Record<string, Record<string, number>> = Object.create(null);
    for (const { key, variant, tally } of this.#flags) {
      const { count } = tally;
      tally.count = 0;
      if (!isValidKey(key) || !isValidKey(variant)) continue;
      flags[key] ??= Object.create(null) as Record<string, number>;
      const variants = flags[key];
      variants[variant] = (variants[variant] ?? 0) + count;
    }
    return flags;
  }
}

/** Replaces a sum that overflowed by 0. */
function toSlot({ count, sum, sketch }: MetricCount): MetricSlot {
  const known = { count, sum: Number.isFinite(sum) ? sum : 0 };
  return sketch === null ? known : { ...known, sketch: encodeSketch(sketch) };
}
