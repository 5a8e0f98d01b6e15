export const METRIC_KINDS = [
  'split',
  'mean',
  'ratio',
  'slowShare',
  'slo',
  'query',
  'probe',
] as const;
export type MetricKind = (typeof METRIC_KINDS)[number];

/** Which way is worse. */
export type Harmful = 'up' | 'down';
/** By the request that the event happened in, or by the arm of the person at that moment. */
export type Attribution = 'request' | 'assignment';

interface Compared {
  /** What the SDK counts: `http.request`, `http.error`, `http.crash`, or a name given to `track`. */
  readonly event: string;
  readonly harmful: Harmful;
  /** Tolerated relative degradation: 0.05 is 5 %. */
  readonly margin: number;
  readonly attribution: Attribution;
}

/** Of the people with the event, which share was in treatment? */
export interface SplitMetric extends Compared {
  readonly kind: 'split';
}

/** A mean per person or request, a ratio of events per request, or the share of slow requests. */
export interface BucketedMetric extends Compared {
  readonly kind: 'mean' | 'ratio' | 'slowShare';
  readonly per: 'unit' | 'request';
  /** Values above count as this; null: as they are. */
  readonly cap: number | null;
  /** `slowShare` only. Null: the 95th percentile of the day before a release starts, pinned then. */
  readonly thresholdMs: number | null;
}

/** Bad events of all events on the new side, against a limit: no comparison. */
export interface SloMetric {
  readonly kind: 'slo';
  readonly bad: string;
  readonly total: string;
  /** Share of bad events, above 0 and below 1. */
  readonly limit: number;
}

interface Ticked {
  /** Key of the source that is asked at each tick. */
  readonly source: string;
  /** Fires when `k` of the last `n` ticks with data breach. */
  readonly k: number;
  readonly n: number;
  /** What a release does once there has been no data or only errors for `graceSeconds`. */
  readonly onNoData: 'hold' | 'rollback' | 'ignore';
  readonly graceSeconds: number;
}

/** One number from Prometheus, Graphite or JSON over HTTP: a breach is `number op value`. */
export interface QueryMetric extends Ticked {
  readonly kind: 'query';
  readonly query: string;
  readonly op: '<' | '>';
  readonly value: number;
}

/** A health check: a breach is any answer but 2xx. */
export interface ProbeMetric extends Ticked {
  readonly kind: 'probe';
}

export type ComparedMetric = SplitMetric | BucketedMetric;
export type TickedMetric = QueryMetric | ProbeMetric;
export type MetricDefinition = ComparedMetric | SloMetric | TickedMetric;

export function isCompared(metric: MetricDefinition): metric is ComparedMetric {
  return ['split', 'mean', 'ratio', 'slowShare'].includes(metric.kind);
}

export function isTicked(metric: MetricDefinition): metric is TickedMetric {
  return metric.kind === 'query' || metric.kind === 'probe';
}
