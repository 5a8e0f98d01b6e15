import type { MetricDefinition } from '../../api/types.js';

/** The fields of every kind, so that changing the kind loses no input. */
export interface MetricDraft {
  kind: MetricDefinition['kind'];
  event: string;
  harmful: 'up' | 'down';
  marginPercent: number;
  attribution: 'request' | 'assignment';
  per: 'unit' | 'request';
  cap: number | null;
  thresholdMs: number | null;
  bad: string;
  total: string;
  limitPercent: number;
  source: string;
  query: string;
  op: '<' | '>';
  value: number;
  k: number;
  n: number;
  onNoData: 'hold' | 'rollback' | 'ignore';
  graceSeconds: number;
}

const START: MetricDraft = {
  kind: 'split',
  event: '',
  harmful: 'up',
  marginPercent: 0,
  attribution: 'assignment',
  per: 'unit',
  cap: null,
  thresholdMs: null,
  bad: 'http.error',
  total: 'http.request',
  limitPercent: 1,
  source: '',
  query: '',
  op: '>',
  value: 1,
  k: 3,
  n: 5,
  onNoData: 'hold',
  graceSeconds: 300,
};

export function draftMetric(definition: MetricDefinition | undefined): MetricDraft {
  if (definition === undefined) {
    return { ...START };
  }
  const shares = {
    ...('margin' in definition ? { marginPercent: asPercent(definition.margin) } : {}),
    ...('limit' in definition ? { limitPercent: asPercent(definition.limit) } : {}),
  };
  return { ...START, ...definition, ...shares } as MetricDraft;
}

/** The definition with the fields of the chosen kind only. */
export function definitionOf(draft: MetricDraft): MetricDefinition {
  const { kind, event, harmful, attribution, per, cap, thresholdMs } = draft;
  const compared = { event: event.trim(), harmful, margin: draft.marginPercent / 100, attribution };
  const { source, k, n, onNoData, graceSeconds } = draft;
  const ticked = { source, k, n, onNoData, graceSeconds };
  switch (kind) {
    case 'split':
      return { kind, ...compared };
    case 'mean':
    case 'ratio':
      return { kind, ...compared, per, cap, thresholdMs: null };
    case 'slowShare':
      return { kind, ...compared, per, cap: null, thresholdMs };
    case 'slo':
      return {
        kind,
        bad: draft.bad.trim(),
        total: draft.total.trim(),
        limit: draft.limitPercent / 100,
      };
    case 'query':
      return { kind, ...ticked, query: draft.query, op: draft.op, value: draft.value };
    case 'probe':
      return { kind, ...ticked };
  }
}

function asPercent(share: number): number {
  return Math.round(share * 1e6) / 1e4;
}
