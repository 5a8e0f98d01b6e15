import { describe, expect, it } from 'vitest';
import type { MetricDefinition } from '../../api/types.js';
import { describeMetric } from './describe-metric.js';
import { definitionOf, draftMetric } from './metric-draft.js';

const compared = {
  event: 'purchase',
  harmful: 'down',
  margin: 0.05,
  attribution: 'assignment',
} as const;
const ticked = { source: 'prom', k: 3, n: 5, onNoData: 'hold', graceSeconds: 300 } as const;
const DEFINITIONS: readonly MetricDefinition[] = [
  { kind: 'split', ...compared },
  { kind: 'mean', ...compared, per: 'unit', cap: 500, thresholdMs: null },
  { kind: 'ratio', ...compared, per: 'request', cap: null, thresholdMs: null },
  { kind: 'slowShare', ...compared, per: 'request', cap: null, thresholdMs: 800 },
  { kind: 'slo', bad: 'http.error', total: 'http.request', limit: 0.02 },
  { kind: 'query', ...ticked, query: 'up', op: '<', value: 1 },
  { kind: 'probe', ...ticked },
];

describe('the draft of a metric', () => {
  it('keeps its definition unchanged for every kind', () => {
    for (const definition of DEFINITIONS) {
      expect(definitionOf(draftMetric(definition))).toEqual(definition);
    }
  });

  it('sends no field of another kind', () => {
    const draft = { ...draftMetric(DEFINITIONS[0]), kind: 'slo' as const };
    expect(Object.keys(definitionOf(draft))).toEqual(['kind', 'bad', 'total', 'limit']);
  });

  it('is described in one line', () => {
    expect(DEFINITIONS.map(describeMetric)).toEqual([
      'people with purchase; fewer is worse, 5 % tolerated',
      'mean of purchase per person; fewer is worse, 5 % tolerated',
      'purchase per request; fewer is worse, 5 % tolerated',
      'share of purchase above 800 ms; fewer is worse, 5 % tolerated',
      'http.error of http.request at most 2 %',
      'up on prom; bad when < 1',
      'health check of prom; 3 of 5 bad',
    ]);
  });
});
