import {
  encodeSketch,
  type EventBatch,
  type MetricSlot,
  SLOT_MS,
  Sketch,
} from '@sluice/sdk/protocol';
import { parseStatsdLine, type StatsdSample } from './parse-statsd.js';

/** Limits per batch and per packet. What exceeds them is dropped and counted. */
const NAMES_MAX = 1_000;
const LINES_MAX = 500;
const COUNT_MAX = 1e9;

export interface StatsdCounts {
  readonly packets: number;
  readonly lines: number;
  readonly malformed: number;
  /** Lines whose name is not allowed, or exceeds the limit on names. */
  readonly refused: number;
}

interface Gathered {
  count: number;
  sum: number;
  sketch: Sketch | null;
}

/** Adds up the samples of packets until they are taken as a batch. */
export class StatsdGathering {
  readonly #isAllowed: (name: string) => boolean;
  readonly #gauges = new Map<string, number>();
  #metrics = new Map<string, Gathered>();
  #seq = 0;
  #dropped = 0;
  #counts = { packets: 0, lines: 0, malformed: 0, refused: 0 };

  constructor(isAllowed: (name: string) => boolean) {
    this.#isAllowed = isAllowed;
  }

  get counts(): StatsdCounts {
    return { ...this.#counts };
  }

  addPacket(text: string): void {
    this.#counts.packets += 1;
    const lines = text.split('\n', LINES_MAX + 1);
    if (lines.length > LINES_MAX) this.#drop('malformed');
    for (const line of lines.slice(0, LINES_MAX)) {
      if (line.trim() === '') continue;
      this.#counts.lines += 1;
      const sample = parseStatsdLine(line.trim());
      if (sample === null) this.#drop('malformed');
      else this.#add(sample);
    }
  }

  /** Returns null when there is nothing to report. `at` is the current time, epoch milliseconds. */
  take(at: number): EventBatch | null {
    if (this.#metrics.size === 0 && this.#dropped === 0) return null;
    const metrics = Object.fromEntries([...this.#metrics].map(([name, it]) => [name, toSlot(it)]));
    const from = Math.floor(at / SLOT_MS) * SLOT_MS;
    const slot = { from, to: from + SLOT_MS, flags: {}, releases: [], metrics };
    const dropped = this.#dropped;
    this.#metrics = new Map();
    this.#dropped = 0;
    this.#seq += 1;
    return {
      ...{ seq: this.#seq, at, through: null, applied: null, slots: [slot] },
      ...{ unknown: [], unattributed: 0, dropped },
    };
  }

  #add(sample: StatsdSample): void {
    const { name, weight, kind } = sample;
    const hasRoom = this.#metrics.has(name) || this.#metrics.size < NAMES_MAX;
    if (!this.#isAllowed(name) || !hasRoom) {
      this.#drop('refused');
      return;
    }
    const metric = this.#metrics.get(name) ?? { count: 0, sum: 0, sketch: null };
    this.#metrics.set(name, metric);
    const value = kind === 'gauge' ? this.#gaugeOf(sample) : sample.value;
    metric.count += kind === 'counter' ? value * weight : weight;
    metric.sum += value * weight;
    if (kind !== 'timer') return;
    metric.sketch ??= new Sketch();
    for (let times = Math.min(Math.round(weight), LINES_MAX); times > 0; times -= 1) {
      metric.sketch.add(value);
    }
  }

  #drop(why: 'malformed' | 'refused'): void {
    this.#counts[why] += 1;
    this.#dropped += 1;
  }

  #gaugeOf({ name, value, isChange }: StatsdSample): number {
    const now = isChange ? (this.#gauges.get(name) ?? 0) + value : value;
    if (this.#gauges.has(name) || this.#gauges.size < NAMES_MAX) this.#gauges.set(name, now);
    return now;
  }
}

function toSlot({ count, sum, sketch }: Gathered): MetricSlot {
  const slot = { count: Math.min(Math.round(count), COUNT_MAX), sum };
  return sketch === null ? slot : { ...slot, sketch: encodeSketch(sketch) };
}
