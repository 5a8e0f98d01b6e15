import { describe, expect, it } from 'vitest';
import { BUILT_IN_METRICS } from './built-in-metrics.js';
import type { MetricDefinition } from './metric.js';
import { problemsOfMetric } from './metric-problems.js';

const known = { sources: ['prometheus'] };
const split: MetricDefinition = {
  ...{ kind: 'split', event: 'purchase', harmful: 'down', margin: 0.1, attribution: 'assignment' },
};
const mean: MetricDefinition = { ...split, kind: 'mean', per: 'unit', cap: 500, thresholdMs: null };
const slow: MetricDefinition = {
  ...{ kind: 'slowShare', event: 'http.request', harmful: 'up', margin: 0, attribution: 'request' },
  ...{ per: 'request', cap: null, thresholdMs: 800 },
};
const slo: MetricDefinition = { kind: 'slo', bad: 'failed', total: 'tried', limit: 0.01 };
const probe: MetricDefinition = {
  ...{ kind: 'probe', source: 'prometheus', k: 3, n: 5, onNoData: 'hold', graceSeconds: 900 },
};
const query: MetricDefinition = { ...probe, kind: 'query', query: 'up', op: '<', value: 1 };

describe('a metric', () => {
  it.each([split, mean, slow, slo, probe, query, ...BUILT_IN_METRICS.map((it) => it.definition)])(
    'is valid as %j',
    (definition) => expect(problemsOfMetric(definition, known)).toEqual([]),
  );

  it.each<[MetricDefinition, string, string]>([
    [{ ...split, event: 'a b' }, 'event', 'must be'],
    [{ ...split, margin: -0.1 }, 'margin', 'from 0 to 10'],
    [{ ...split, margin: 10.5 }, 'margin', 'got 10.5'],
    [{ ...split, attribution: 'request' }, 'attribution', 'only http.* happens in requests'],
    [{ ...slow, attribution: 'assignment' }, 'attribution', 'must be "request"'],
    [{ ...mean, cap: 0 }, 'cap', 'must be above 0, got 0'],
    [{ ...mean, kind: 'ratio' }, 'cap', 'only values of a mean are capped'],
    [{ ...mean, thresholdMs: 800 }, 'thresholdMs', 'must be null for a mean'],
    [{ ...slow, thresholdMs: 0 }, 'thresholdMs', 'from 1 to 600000 ms'],
    [{ ...slow, thresholdMs: 600_001 }, 'thresholdMs', 'from 1 to 600000 ms'],
    [
      { ...slow, event: 'render', attribution: 'assignment', thresholdMs: null },
      'thresholdMs',
      'must be given',
    ],
    [{ ...slo, limit: 0 }, 'limit', 'above 0 and below 1'],
    [{ ...slo, limit: 1 }, 'limit', 'got 1'],
    [{ ...slo, total: 'failed' }, 'total', 'another event'],
    [{ ...probe, source: 'nagios' }, 'source', 'no source "nagios" in this project'],
    [{ ...probe, k: 6 }, 'k', 'from 1 to n (5), got 6'],
    [{ ...probe, n: 101 }, 'n', 'from 1 to 100'],
    [{ ...probe, graceSeconds: -1 }, 'graceSeconds', 'from 0 to 86400'],
    [{ ...query, query: ' ' }, 'query', '1 to 4000 characters, got 0'],
    [{ ...query, query: 'x'.repeat(4_001) }, 'query', 'got 4001'],
    [{ ...query, value: Number.NaN }, 'value', 'finite'],
  ])('is rejected as %j because of its %s', (definition, field, message) => {
    expect(problemsOfMetric(definition, known)).toContainEqual({
      pointer: `/definition/${field}`,
      message: expect.stringContaining(message),
    });
  });

  it('gets all its validation issues at once', () => {
    const worst = { ...query, k: 0, value: Number.NaN, query: '', source: '' };
    expect(problemsOfMetric(worst, known)).toHaveLength(4);
  });
});
