import type { TickedMetric } from '../metrics/metric.js';
import type { Measurement, Placeholders, SourceKind } from './measurement.js';

/** A metric source as stored in the database. */
export interface StoredSource {
  readonly key: string;
  readonly kind: SourceKind;
  readonly url: string;
  /** Value of the Authorization header. */
  readonly authorization: string | null;
  readonly timeoutMs: number;
  readonly enabled: boolean;
}

/** Reads external metric sources; neither method ever rejects. */
export interface Sources {
  /** Compares the number of a metric with its threshold at one tick. */
  measure(
    source: StoredSource,
    metric: TickedMetric,
    placeholders: Placeholders,
  ): Promise<Measurement>;
  /** Reads the current value of a query, without a threshold. */
  read(source: StoredSource, query: string, placeholders: Placeholders): Promise<Measurement>;
}
