import { describe, expect, it } from 'vitest';
import { HANG_MS } from '../../../test/support/patience.js';
import type { QueryMetric } from '../domain/metrics/metric.js';
import type { Outbound } from '../domain/outbound/outbound.js';
import type { StoredSource } from '../domain/sources/sources.js';
import { makeSources } from './make-sources.js';

const source: StoredSource = {
  ...{ key: 'numbers', kind: 'http-json', url: 'https://example.com', enabled: true },
  ...{ authorization: null, timeoutMs: HANG_MS },
};
const metric: QueryMetric = {
  ...{ kind: 'query', source: 'numbers', query: '/n', op: '>', value: 5 },
  ...{ k: 3, n: 5, onNoData: 'hold', graceSeconds: 900 },
};
const placeholders = { flag: 'awesome', release: '01JD', environment: 'production' };

function sourcesThatSay(body: string) {
  const outbound: Outbound = {
    send: async () => ({ kind: 'answered', status: 200, body }),
    problemOfUrl: async () => null,
  };
  return makeSources({ outbound, now: () => new Date(0) });
}

describe('the measurement of a metric', () => {
  it.each([
    ['>', 5, 'OK'],
    ['>', 5.1, 'BREACH'],
    ['<', 5, 'OK'],
    ['<', 4.9, 'BREACH'],
    ['>', -1, 'OK'],
  ] as const)('is a breach when the value is %s 5: %d gives %s', async (op, number, status) => {
    const sources = sourcesThatSay(JSON.stringify({ n: number }));
    expect(await sources.measure(source, { ...metric, op }, placeholders)).toEqual({
      ...{ status, value: number, message: null },
    });
  });

  it('is not a breach when the source returns no number', async () => {
    const sources = sourcesThatSay('{"n":null}');
    expect(await sources.measure(source, metric, placeholders)).toMatchObject({
      status: 'NO_DATA',
    });
  });

  it('is an error when the source is off or of another kind, or the query is invalid', async () => {
    const { measure } = sourcesThatSay('{"n":9}');
    const probe = { ...metric, kind: 'probe' } as const;
    const answers = await Promise.all([
      measure({ ...source, enabled: false }, metric, placeholders),
      measure({ ...source, kind: 'probe' }, metric, placeholders),
      measure(source, probe, placeholders),
      measure(source, { ...metric, query: '/{{flga}}' }, placeholders),
      measure(source, { ...metric, query: 'n' }, placeholders),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill('ERROR'));
    expect(answers.map(({ message }) => message)).toEqual([
      'source "numbers" is switched off',
      'source "numbers" is a probe, and the metric a query',
      'source "numbers" is a http-json, and the metric a probe',
      '{{flga}} stands for nothing',
      'the query must be a JSON pointer, such as /data/errors',
    ]);
  });

  it('masks a secret that a server echoes, and limits the message to 300 characters', async () => {
    const echo = { status: 'error', error: `no Bearer canary!\n${'x'.repeat(999)}` };
    const { measure } = sourcesThatSay(JSON.stringify(echo));
    const prometheus = { ...source, kind: 'prometheus', authorization: 'Bearer canary' } as const;
    const { message } = await measure(prometheus, metric, placeholders);
    expect(message).toMatch(/^answered 200: no Bearer \[secret\]! x+$/);
    expect(message).toHaveLength(300);
  });
});
