import type { Arm } from '../core/resolution.js';
import type { Position } from './position.js';

/** Length of a slot; slots begin at whole multiples of it in the server's time. */
export const SLOT_MS = 10_000;

/** [bucket 0–255, sum of values, number of requests or values]. */
export type BucketEntry = readonly [bucket: number, sum: number, count: number];

/** What one arm of one phase of a release gathered in a slot. Units are 16 hex digits. */
export interface ReleaseSlot {
  readonly id: string;
  readonly phase: number;
  readonly arm: Arm;
  readonly exposures: number;
  /** People whom this instance had not yet reported in this phase; of the unit sample. */
  readonly units: readonly string[];
  /** By metric: people with the event, whom this instance had not yet reported in this phase. */
  readonly splits: Readonly<Record<string, readonly string[]>>;
  /** As `splits`, for events of the warm-up: only the tripwire counts them. */
  readonly warmUpSplits: Readonly<Record<string, readonly string[]>>;
  readonly buckets: Readonly<Record<string, readonly BucketEntry[]>>;
  /** By metric, as `encodeSketch` writes them. */
  readonly sketches: Readonly<Record<string, string>>;
}

export interface MetricSlot {
  readonly count: number;
  readonly sum: number;
  readonly sketch?: string;
}

export interface EventSlot {
  /** Server-corrected event time, epoch milliseconds; `to` = `from` + `SLOT_MS`. */
  readonly from: number;
  readonly to: number;
  /** Evaluations by flag and variant. */
  readonly flags: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly releases: readonly ReleaseSlot[];
  /** By event name, whoever it happened to. */
  readonly metrics: Readonly<Record<string, MetricSlot>>;
}

/**
 * What an instance posts to `/sdk/v1/events`. `seq` counts from 1 without gaps per instance, so a
 * repeat is acknowledged and not counted.
 */
export interface EventBatch {
  readonly seq: number;
  /** The sender's clock when the batch was closed, epoch milliseconds. */
  readonly at: number;
  /** Up to when all of the instance's events are in this batch or an earlier one; server's time. */
  readonly through: number | null;
  readonly applied: Position | null;
  readonly slots: readonly EventSlot[];
  /** Keys that evaluations asked for and the ruleset does not have. */
  readonly unknown: readonly string[];
  /** Events of people who are on neither side of the releases that want them. */
  readonly unattributed: number;
  /** Events that the instance could not keep since the batch before. */
  readonly dropped: number;
}

/** Answer to a stored batch. */
export interface EventBatchAck {
  readonly seq: number;
}
