import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllowList } from '../../server/src/domain/outbound/outbound-address.js';
import type { Measurement, SourceKind } from '../../server/src/domain/sources/measurement.js';
import type { StoredSource } from '../../server/src/domain/sources/sources.js';
import { makeSources } from '../../server/src/sources/make-sources.js';
import { createOutboundClient } from '../../server/src/sources/outbound-client.js';
import { findFreePort } from '../support/server.js';
import { type Respond, saying, withAnsweringServer } from '../support/answering-server.js';

type Status = Measurement['status'];

/** What every source must do, and in what words its own server speaks. */
export interface SourceContract {
  readonly kind: SourceKind;
  readonly query: string;
  /** What the query becomes on the wire, with `{{flag}}` = `a"b`. */
  readonly asksFor: string;
  /** Answers of a well server, each with what must come of it. */
  readonly speaks: readonly (readonly [
    title: string,
    answer: unknown,
    status: Status,
    value?: number,
  ])[];
  /** Where this source differs from all others: for it, any answer is one. */
  readonly judgesStatusOnly?: boolean;
}

export const CONTRACT_NOW = new Date('2026-03-01T12:00:00.000Z');
const SECRET = 'Bearer canary-5d1f';
const PLACEHOLDERS = { flag: 'a"b', release: '01JD', environment: 'production' };

export function describeMetricSource(contract: SourceContract): void {
  const { kind, query, judgesStatusOnly = false } = contract;

  describe(`a source of kind ${kind}`, () => {
    const server = withAnsweringServer();
    const read = async (change: Partial<StoredSource> = {}, allow = ['127.0.0.1']) => {
      const list = parseAllowList(allow);
      if ('bad' in list) throw new Error(list.bad);
      const outbound = createOutboundClient({ allowed: list.ranges });
      const sources = makeSources({ outbound, now: () => CONTRACT_NOW });
      const endpoint = { url: `${server.url}/base`, authorization: SECRET, timeoutMs: 500 };
      const source = { key: 'source', kind, enabled: true, ...endpoint, ...change };
      const measurement = await sources.read(source, query, PLACEHOLDERS);
      expectMeasurement(measurement);
      return measurement;
    };

    it.each(contract.speaks)('takes %s for what it is', async (_, answer, status, value) => {
      server.answer(saying(answer));
      expect(await read()).toMatchObject({ status, value: value ?? null });
    });

    it('asks once, with its secret, and with placeholders that cannot break out', async () => {
      server.answer(saying(contract.speaks[0]?.[1]));
      await read();
      expect(server.asked.map(({ method, url }) => [method, decodeURIComponent(url)])).toEqual([
        ['GET', contract.asksFor],
      ]);
      expect(server.asked[0]?.headers.authorization).toBe(SECRET);
    });

    const otherwise = (status: Status): Status => (judgesStatusOnly ? status : 'ERROR');

    it.each<[string, Respond, Status]>([
      ['a failure', saying({ error: SECRET }, 500), otherwise('BREACH')],
      ['a failure in HTML', saying('<h1>no</h1>', 502), otherwise('BREACH')],
      ['a redirect', redirect, otherwise('BREACH')],
      ['something else than JSON', saying('<html>'), otherwise('OK')],
      ['NaN, which is no JSON', saying('NaN'), otherwise('OK')],
      ['nothing', saying(''), otherwise('OK')],
      ['more than 1 MiB', saying(`"${'x'.repeat(2 ** 20)}"`), otherwise('OK')],
      ['a compressed answer', compressed, otherwise('OK')],
      ['half an answer', half, otherwise('OK')],
      ['an answer without end', drip, otherwise('OK')],
      ['a closed connection', (response) => response.destroy(), 'ERROR'],
      ['silence', () => {}, 'ERROR'],
    ])('survives %s', async (_, respond, status) => {
      server.answer(respond);
      const measurement = await read();
      expect(measurement.status).toBe(status);
      expect(measurement.message ?? '').not.toContain('canary');
      expect(server.asked).toHaveLength(1);
    });

    it('says that nobody is there', async () => {
      const url = `http://127.0.0.1:${await findFreePort()}`;
      expect(await read({ url })).toMatchObject({
        status: 'ERROR',
        message: expect.stringContaining('ECONNREFUSED'),
      });
    });

    it('does not reach a private address that the operator has not opened', async () => {
      server.answer(saying(contract.speaks[0]?.[1]));
      expect(await read({}, [])).toMatchObject({
        status: 'ERROR',
        message: expect.stringContaining('SLUICE_OUTBOUND_ALLOW'),
      });
      expect(server.asked).toEqual([]);
    });

    it('is total: any JSON gives a measurement', async () => {
      await fc.assert(
        fc.asyncProperty(fc.json({ maxDepth: 4 }), async (text) => {
          server.answer(saying(text));
          expect(['OK', 'NO_DATA', 'ERROR']).toContain((await read()).status);
        }),
        { numRuns: 100 },
      );
    });
  });
}

function expectMeasurement({ status, value, message }: Measurement): void {
  if (status === 'NO_DATA' || status === 'ERROR') {
    expect(value).toBeNull();
    expect(message).toMatch(/\S/);
  } else {
    expect(Number.isFinite(value)).toBe(true);
  }
}

const redirect: Respond = (response) => {
  response.writeHead(302, { Location: '/elsewhere' }).end('{}');
};

const compressed: Respond = (response) => {
  response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('[]'));
};

const half: Respond = (response) => {
  response.writeHead(200, { 'Content-Length': '100' });
  response.write('{"a":', () => response.destroy());
};

const drip: Respond = (response) => {
  response.writeHead(200);
  response.write('[');
};
