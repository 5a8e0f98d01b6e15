import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { QueryMetric } from '../../server/src/domain/metrics/metric.js';
import { parseAllowList } from '../../server/src/domain/outbound/outbound-address.js';
import type { SourceKind } from '../../server/src/domain/sources/measurement.js';
import { makeSources } from '../../server/src/sources/make-sources.js';
import { createOutboundClient } from '../../server/src/sources/outbound-client.js';
import { withAnsweringServer } from '../support/answering-server.js';
import { until } from '../support/until.js';
import { startGraphite } from './support/graphite.js';
import { type RealServer, startPrometheus } from './support/prometheus.js';

const METRIC: QueryMetric = {
  ...{ kind: 'query', source: 'real', query: '', op: '>', value: 3 },
  ...{ k: 3, n: 5, onNoData: 'hold', graceSeconds: 900 },
};

/** Measures a query for the flag `new.cart`, or another one, as the controller does. */
function measuringAt(kind: SourceKind, url: () => string) {
  const list = parseAllowList(['127.0.0.1']);
  if ('bad' in list) throw new Error(list.bad);
  const outbound = createOutboundClient({ allowed: list.ranges });
  const { measure } = makeSources({ outbound, now: () => new Date() });
  return (query: string, flag = 'new.cart') => {
    const endpoint = { url: url(), authorization: null, timeoutMs: 5_000 };
    const source = { key: 'real', kind, enabled: true, ...endpoint };
    const placeholders = { flag, release: '01JD', environment: 'production' };
    return measure(source, { ...METRIC, query }, placeholders);
  };
}

describe('a real Prometheus', () => {
  const app = withAnsweringServer();
  let prometheus: RealServer;
  const measure = measuringAt('prometheus', () => prometheus.url);
  const untilOk = (query: string) =>
    until(async () => expect((await measure(query)).status).not.toBe('NO_DATA'));

  beforeAll(async () => {
    app.answer((response) => {
      response.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4' });
      response.end('app_errors{flag="new.cart"} 2.5\napp_errors{flag="other"} 40\n');
    });
    prometheus = await startPrometheus(new URL(app.url));
    await untilOk('app_errors{flag="{{flag}}"}');
  });
  afterAll(() => prometheus?.stop());

  it('compares the one number of a query with the threshold', async () => {
    expect(await measure('app_errors{flag="{{flag}}"}')).toEqual({
      ...{ status: 'OK', value: 2.5, message: null },
    });
    expect(await measure('sum(app_errors)')).toMatchObject({ status: 'BREACH', value: 42.5 });
    expect(await measure('app_errors{flag="{{flag}}"}', 'other')).toMatchObject({ value: 40 });
  });

  it.each([
    ['several series', 'app_errors', 'ERROR', '2 series'],
    ['a range', 'app_errors[1m]', 'ERROR', 'matrix'],
    ['nonsense', 'sum(', 'ERROR', 'parse error'],
    ['no series', 'nothing_like_it', 'NO_DATA', 'no series'],
    ['no number', 'vector(0) / 0', 'NO_DATA', 'NaN'],
    ['infinity', 'vector(1) / 0', 'NO_DATA', '+Inf'],
  ])('explains what is wrong with a query for %s', async (_, query, status, words) => {
    expect(await measure(query)).toMatchObject({
      ...{ status, value: null, message: expect.stringContaining(words) },
    });
  });

  it('escapes a flag key, so that it cannot change the query', async () => {
    expect(await measure('app_errors{flag="{{flag}}"}', 'x"} or vector(9) or y{z="')).toMatchObject(
      { status: 'NO_DATA' },
    );
  });
});

describe('a real Graphite', () => {
  let graphite: RealServer;
  const measure = measuringAt('graphite', () => graphite.url);

  beforeAll(async () => {
    graphite = await startGraphite({
      'app.new_cart.errors': [
        [1, 40],
        [2.5, 20],
      ],
      'app.other.errors': [[40, 20]],
      'app.gone.errors': [[7, 900]],
    });
  });
  afterAll(() => graphite?.stop());

  it('compares the last point of a target with the threshold', async () => {
    expect(await measure('app.{{flag}}.errors')).toEqual({
      ...{ status: 'OK', value: 2.5, message: null },
    });
    expect(await measure('app.{{flag}}.errors', 'other')).toMatchObject({ status: 'BREACH' });
  });

  it.each([
    ['several series', 'app.*.errors', 'ERROR', '3 series'],
    ['no series', 'app.none.errors', 'NO_DATA', 'no series'],
    ['no recent point', 'app.gone.errors', 'NO_DATA', 'no point'],
    ['an unknown function', 'unheardOf(app.other.errors)', 'ERROR', 'answered 400: Invalid'],
    ['nonsense', 'scale(app.other.errors)', 'ERROR', 'answered 500'],
  ])('explains what is wrong with a target for %s', async (_, query, status, words) => {
    expect(await measure(query)).toMatchObject({
      ...{ status, value: null, message: expect.stringContaining(words) },
    });
  });
});
