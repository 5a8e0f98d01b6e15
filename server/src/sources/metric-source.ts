import type { Measurement, Placeholders } from '../domain/sources/measurement.js';
import type { StoredSource } from '../domain/sources/sources.js';

/** Where a source lives and how it is asked. */
export type Endpoint = Pick<StoredSource, 'url' | 'authorization' | 'timeoutMs'>;

export interface Reading {
  /** In the source's own language; empty for a probe. */
  readonly query: string;
  readonly placeholders: Placeholders;
  /** Epoch milliseconds; data much older than this is none. */
  readonly nowMs: number;
}

/**
 * The port: one number, or why there is none. Never rejects; a probe also says BREACH by itself,
 * all others leave that to whoever knows the threshold.
 */
export interface MetricSource {
  read(reading: Reading): Promise<Measurement>;
}

/** A point older than this says nothing about now. */
export const POINT_AGE_MS_MAX = 5 * 60_000;
