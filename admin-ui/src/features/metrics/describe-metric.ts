import { formatShare } from '@sluice/server/domain/format';
import type { MetricDefinition } from '../../api/types.js';

export type ComparedDefinition = Extract<
  MetricDefinition,
  { kind: 'split' | 'mean' | 'ratio' | 'slowShare' }
>;

export const METRIC_KINDS: readonly {
  readonly value: MetricDefinition['kind'];
  readonly label: string;
  readonly hint: string;
}[] = [
  { value: 'split', label: 'People with an event', hint: 'Exact from the first event on' },
  { value: 'ratio', label: 'Events per request', hint: 'Repeated events count' },
  { value: 'mean', label: 'Mean of a value', hint: 'Money, items, milliseconds' },
  { value: 'slowShare', label: 'Share of slow ones', hint: 'Above a threshold' },
  { value: 'slo', label: 'Absolute limit', hint: 'Bad of all, with the feature' },
  { value: 'query', label: 'Query', hint: 'A number from a source' },
  { value: 'probe', label: 'Health check', hint: 'Anything but 2xx is bad' },
];

export function isCompared(definition: MetricDefinition): definition is ComparedDefinition {
  return ['split', 'mean', 'ratio', 'slowShare'].includes(definition.kind);
}

/** One line: what is counted, for which users, and which direction is worse. */
export function describeMetric(definition: MetricDefinition): string {
  switch (definition.kind) {
    case 'split':
      return `people with ${definition.event}; ${worse(definition)}`;
    case 'ratio':
      return `${definition.event} per ${perWords(definition.per)}; ${worse(definition)}`;
    case 'mean':
      return `mean of ${definition.event} per ${perWords(definition.per)}; ${worse(definition)}`;
    case 'slowShare':
      return `share of ${definition.event} above ${
        definition.thresholdMs === null
          ? 'the 95th percentile of the day before'
          : `${definition.thresholdMs} ms`
      }; ${worse(definition)}`;
    case 'slo':
      return `${definition.bad} of ${definition.total} at most ${formatShare(definition.limit)}`;
    case 'query':
      return `${definition.query} on ${definition.source}; bad when ${definition.op} ${definition.value}`;
    case 'probe':
      return `health check of ${definition.source}; ${definition.k} of ${definition.n} bad`;
  }
}

function worse({ harmful, margin }: ComparedDefinition): string {
  const tolerated = margin === 0 ? '' : `, ${formatShare(margin)} tolerated`;
  return `${harmful === 'up' ? 'more' : 'fewer'} is worse${tolerated}`;
}

function perWords(per: 'unit' | 'request'): string {
  return per === 'unit' ? 'person' : 'request';
}
