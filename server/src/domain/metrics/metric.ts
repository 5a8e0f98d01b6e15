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

/** The direction of change that is worse. */
export type Harmful = 'up' | 'down';
/** Attributes an event to the arm of its request, or to the arm of the user at that moment. */
export type Attribution = 'request' | 'assignment';

interface Compared {
  /**
   * Event that the SDK counts: `http.request`, `http.error`, `http.crash`, or a name passed to
   * `track`.
   */
  readonly event: string;
  readonly harmful: Harmful;
  /** Tolerated relative degradation: 0.05 is 5 %. */
  readonly margin: number;
  readonly attribution: Attribution;
}

/** Tests which share of the users with the event was in treatment. */
export interface SplitMetric extends Compared {
  readonly kind: 'split';
}

/** A mean per user or request, a ratio of events per request, or the share of slow requests. */
export interface BucketedMetric extends Compared {
  readonly kind: 'mean' | 'ratio' | 'slowShare';
  readonly per: 'unit' | 'request';
  /** Larger values count as this value; null: no cap. */
  readonly cap: number | null;
  /**
   * `slowShare` only. Null: the 95th percentile of the day before the start, pinned at the start.
   */
  readonly thresholdMs: number | null;
}

/** Share of bad events in treatment, tested against a limit without a comparison. */
export interface SloMetric {
  readonly kind: 'slo';
  readonly bad: string;
  readonly total: string;
  /** Share of bad events, above 0 and below 1. */
  readonly limit: number;
}

interface Ticked {
  /** Key of the metric source that is queried at each tick. */
  readonly source: string;
  /** Fires when `k` of the last `n` ticks with data breach. */
  readonly k: number;
  readonly n: number;
  /** Action of a release after `graceSeconds` without data or with errors only. */
  readonly onNoData: 'hold' | 'rollback' | 'ignore';
  readonly graceSeconds: number;
}

/** A number from Prometheus, Graphite or JSON over HTTP; `number op value` is a breach. */
export interface QueryMetric extends Ticked {
  readonly kind: 'query';
  readonly query: string;
  readonly op: '<' | '>';
  readonly value: number;
}

/** A health check; any response other than 2xx is a breach. */
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
