import type { Arm } from '../core/resolution.js';
import type { Position } from './position.js';

/** Length of a slot. Slots begin at multiples of it in server time. */
export const SLOT_MS = 10_000;

/** [bucket 0–255, sum of values, number of requests or values]. */
export type BucketEntry = readonly [bucket: number, sum: number, count: number];

/** The events of one arm of one phase of a release in a slot. Units are 16 hexadecimal digits. */
export interface ReleaseSlot {
  readonly id: string;
  readonly phase: number;
  readonly arm: Arm;
  readonly exposures: number;
  /** Sampled users that this instance had not yet reported in this phase. */
  readonly units: readonly string[];
  /** By metric: users with the event that this instance had not yet reported in this phase. */
  readonly splits: Readonly<Record<string, readonly string[]>>;
  /** Same as `splits`, for events of the warm-up; only the tripwire uses them. */
  readonly warmUpSplits: Readonly<Record<string, readonly string[]>>;
  readonly buckets: Readonly<Record<string, readonly BucketEntry[]>>;
  /** By metric, in the format of `encodeSketch`. */
  readonly sketches: Readonly<Record<string, string>>;
}

export interface MetricSlot {
  readonly count: number;
  readonly sum: number;
  readonly sketch?: string;
}

export interface EventSlot {
  /** Event time in server time, epoch milliseconds; `to` = `from` + `SLOT_MS`. */
  readonly from: number;
  readonly to: number;
  /** Evaluations by flag and variant. */
  readonly flags: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly releases: readonly ReleaseSlot[];
  /** By event name, for all users. */
  readonly metrics: Readonly<Record<string, MetricSlot>>;
}

/**
 * The body that an instance posts to `/sdk/v1/events`. `seq` counts from 1 without gaps per
 * instance, so a repeated batch is acknowledged and not counted again.
 */
export interface EventBatch {
  readonly seq: number;
  /** The sender's clock when the batch was closed, epoch milliseconds. */
  readonly at: number;
  /** The server time up to which this and earlier batches contain all events of the instance. */
  readonly through: number | null;
  readonly applied: Position | null;
  readonly slots: readonly EventSlot[];
  /** Flag keys that were evaluated but are not in the ruleset. */
  readonly unknown: readonly string[];
  /** Events of users in neither group of the releases that use them. */
  readonly unattributed: number;
  /** Events that the instance could not keep since the previous batch. */
  readonly dropped: number;
}

/** The response to a stored batch. */
export interface EventBatchAck {
  readonly seq: number;
}
