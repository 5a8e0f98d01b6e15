import type { TickedMetric } from '../metrics/metric.js';
import type { Measurement, Placeholders, SourceKind } from './measurement.js';

/** A source as it is stored. */
export interface StoredSource {
  readonly key: string;
  readonly kind: SourceKind;
  readonly url: string;
  /** Value of the Authorization header. */
  readonly authorization: string | null;
  readonly timeoutMs: number;
  readonly enabled: boolean;
}

/** How the outside is measured; neither call ever rejects. */
export interface Sources {
  /** One tick of a metric: its number against its threshold. */
  measure(
    source: StoredSource,
    metric: TickedMetric,
    placeholders: Placeholders,
  ): Promise<Measurement>;
  /** What a query gives right now, without a threshold. */
  read(source: StoredSource, query: string, placeholders: Placeholders): Promise<Measurement>;
}
