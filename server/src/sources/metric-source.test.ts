import {
  CONTRACT_NOW,
  describeMetricSource,
} from '../../../test/contract/metric-source.contract.js';

const now = CONTRACT_NOW.getTime() / 1_000;
const vector = (...result: readonly unknown[]) => ({
  status: 'success',
  data: { resultType: 'vector', result },
});
const sample = (value: string, at = now) => ({ metric: {}, value: [at, value] });

describeMetricSource({
  kind: 'prometheus',
  query: 'sum(rate(errors{flag="{{flag}}"}[1m]))',
  asksFor: '/base/api/v1/query?query=sum(rate(errors{flag="a\\"b"}[1m]))',
  speaks: [
    ['one series', vector(sample('0.25')), 'OK', 0.25],
    ['a number with an exponent', vector(sample('1.5e+06')), 'OK', 1_500_000],
    [
      'a scalar',
      { status: 'success', data: { resultType: 'scalar', result: [now, '3'] } },
      'OK',
      3,
    ],
    ['zero', vector(sample('0')), 'OK', 0],
    ['NaN', vector(sample('NaN')), 'NO_DATA'],
    ['infinity', vector(sample('+Inf')), 'NO_DATA'],
    ['no series', vector(), 'NO_DATA'],
    ['a point of six minutes ago', vector(sample('1', now - 360)), 'NO_DATA'],
    ['two series', vector(sample('1'), sample('2')), 'ERROR'],
    ['an empty number', vector(sample('')), 'ERROR'],
    ['a histogram', vector({ metric: {}, histogram: [now, {}] }), 'ERROR'],
    ['a range', { status: 'success', data: { resultType: 'matrix', result: [] } }, 'ERROR'],
    ['its own refusal', { status: 'error', errorType: 'bad_data', error: 'parse error' }, 'ERROR'],
    ['an empty list', [], 'ERROR'],
  ],
});

const target = (...values: readonly (number | null)[]) => ({
  target: 'x',
  datapoints: values.map((value, index) => [value, now - 60 * (values.length - 1 - index)]),
});

describeMetricSource({
  kind: 'graphite',
  query: 'sumSeries(app.{{flag}}.errors)',
  asksFor: '/base/render?target=sumSeries(app.a_b.errors)&format=json&from=-5min',
  speaks: [
    ['its last point', [target(1, 2, 2.5)], 'OK', 2.5],
    ['the last point that is not null', [target(1, 7, null)], 'OK', 7],
    ['only nulls', [target(null, null)], 'NO_DATA'],
    ['no points', [target()], 'NO_DATA'],
    ['no series', [], 'NO_DATA'],
    ['a point of six minutes ago', [{ target: 'x', datapoints: [[1, now - 360]] }], 'NO_DATA'],
    ['infinity', `[{"target":"x","datapoints":[[1e9999,${now}]]}]`, 'NO_DATA'],
    ['two series', [target(1), target(2)], 'ERROR'],
    ['points that are none', [{ target: 'x', datapoints: [{ v: 1 }] }], 'ERROR'],
    ['text for a number', [{ target: 'x', datapoints: [['1', now]] }], 'ERROR'],
    ['an object', { error: 'bad' }, 'ERROR'],
  ],
});

describeMetricSource({
  kind: 'http-json',
  query: '/data/0/error~1rate',
  asksFor: '/base',
  speaks: [
    ['the number it points to', { data: [{ 'error/rate': 0.5 }] }, 'OK', 0.5],
    ['null', { data: [{ 'error/rate': null }] }, 'NO_DATA'],
    ['nothing there', { data: [] }, 'NO_DATA'],
    ['an inherited member', { data: { 0: {} } }, 'NO_DATA'],
    ['NaN as text', { data: [{ 'error/rate': 'NaN' }] }, 'NO_DATA'],
    ['infinity', '{"data":[{"error/rate":1e999}]}', 'NO_DATA'],
    ['an empty list', [], 'NO_DATA'],
    ['text', { data: [{ 'error/rate': '0.5' }] }, 'ERROR'],
    ['true', { data: [{ 'error/rate': true }] }, 'ERROR'],
    ['a list', { data: [{ 'error/rate': [1] }] }, 'ERROR'],
  ],
});

describeMetricSource({
  kind: 'probe',
  query: '',
  asksFor: '/base',
  judgesStatusOnly: true,
  speaks: [
    ['anything with 200', { status: 'UP' }, 'OK', 200],
    ['an empty list', [], 'OK', 200],
  ],
});
