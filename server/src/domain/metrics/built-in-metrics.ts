import type { MetricDefinition } from './metric.js';

export interface BuiltInMetric {
  readonly key: string;
  readonly name: string;
  readonly definition: MetricDefinition;
}

const OF_REQUESTS = { harmful: 'up', margin: 0, attribution: 'request' } as const;

/** Built-in metrics of every project; the request adapters collect them without code in the app. */
export const BUILT_IN_METRICS: readonly BuiltInMetric[] = [
  {
    key: 'http.errors',
    name: 'People with a failed request',
    definition: { kind: 'split', event: 'http.error', ...OF_REQUESTS },
  },
  {
    key: 'http.error-rate',
    name: 'Failed requests',
    definition: {
      kind: 'ratio',
      event: 'http.error',
      per: 'request',
      cap: null,
      thresholdMs: null,
      ...OF_REQUESTS,
    },
  },
  {
    key: 'http.latency',
    name: 'Slow requests',
    definition: {
      kind: 'slowShare',
      event: 'http.request',
      per: 'request',
      cap: null,
      thresholdMs: null,
      ...OF_REQUESTS,
      margin: 0.05,
    },
  },
  {
    key: 'http.crash',
    name: 'People in a crashed process',
    definition: { kind: 'split', event: 'http.crash', ...OF_REQUESTS },
  },
];
