import type { Measurement, Placeholders } from '../domain/sources/measurement.js';
import type { StoredSource } from '../domain/sources/sources.js';

/** The URL, credentials and timeout of a source. */
export type Endpoint = Pick<StoredSource, 'url' | 'authorization' | 'timeoutMs'>;

export interface Reading {
  /** In the query language of the source; empty for a probe. */
  readonly query: string;
  readonly placeholders: Placeholders;
  /** Epoch milliseconds. Points older than `POINT_AGE_MS_MAX` at this time are ignored. */
  readonly nowMs: number;
}

/**
 * Reads one number, or the reason why there is none. Never rejects. Only a probe returns BREACH;
 * for other sources the caller compares the number with the threshold of the metric.
 */
export interface MetricSource {
  read(reading: Reading): Promise<Measurement>;
}

/** Older points are treated as missing data. */
export const POINT_AGE_MS_MAX = 5 * 60_000;
