import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, problemOf } from '../../../../test/support/ask.js';
import { databaseKinds } from '../../../../test/support/database.js';
import { dataOf, type EventStream, openStream } from '../../../../test/support/event-stream.js';
import { flagSteps } from '../../../../test/support/flag-steps.js';
import { ADMIN_KEY, CLIENT_KEY, SERVER_KEY, withSluice } from '../../../../test/support/sluice.js';
import { until } from '../../../../test/support/until.js';

describe.each(databaseKinds)('the SDK routes on %s', (kind) => {
  const started = withSluice(kind);
  const streams: EventStream[] = [];
  let flags: ReturnType<typeof flagSteps>;

  beforeEach(() => {
    flags = flagSteps({ url: started.url, adminKey: ADMIN_KEY });
  });
  afterEach(() => {
    for (const stream of streams.splice(0)) stream.close();
  });

  const openFlag = async () => {
    const flag = `flag-${randomUUID()}`;
    await flags.createOpen(flag);
    await until(async () => expect((await ruleset()).flags[flag]?.status).toBe('on'));
    return flag;
  };
  const get = (headers: Record<string, string> = {}) =>
    ask(`${started.url}/sdk/v1/ruleset`, { key: SERVER_KEY, headers });
  // biome-ignore lint/suspicious/noExplicitAny: what a test asserts about it is its type.
  const ruleset = async () => (await get()).body as any;
  const position = async () => {
    const { epoch, revision } = await ruleset();
    return { epoch: epoch as string, revision: revision as number };
  };
  const open = async (headers: Record<string, string> = {}, key = SERVER_KEY) => {
    const stream = await openStream(started.url, { key, headers });
    streams.push(stream);
    return stream;
  };
  const post = (json: unknown, headers: Record<string, string> = {}) =>
    ask(`${started.url}/sdk/v1/events`, {
      ...{ method: 'POST', key: SERVER_KEY, json },
      headers: { 'Sluice-Instance': 'i1', ...headers },
    });

  describe('GET /sdk/v1/ruleset', () => {
    it('returns the ruleset with the hash of its bytes as ETag', async () => {
      const answer = await get({ 'Accept-Encoding': 'identity' });
      const hash = createHash('sha256').update(answer.text).digest('hex');
      expect(answer.headers.get('ETag')).toBe(`"${hash}"`);
      expect(answer.body).toMatchObject({
        schema: 1,
        project: 'default',
        environment: 'production',
      });
    });

    it('answers 304 to a matching ETag, also when a proxy has made it weak', async () => {
      const flag = await openFlag();
      const etag = (await get()).headers.get('ETag') ?? '';
      for (const header of [etag, `W/${etag}`, `"other", ${etag}`]) {
        const answer = await get({ 'If-None-Match': header });
        expect(answer).toMatchObject({ status: 304, text: '' });
        expect(answer.headers.get('Sluice-Time')).toMatch(/^\d{13}$/);
      }
      await flags.kill(flag);
      await until(async () => expect((await get({ 'If-None-Match': etag })).status).toBe(200));
    });

    it('compresses for clients that accept gzip', async () => {
      const url = `${started.url}/sdk/v1/ruleset`;
      const { headers } = await get({ 'Accept-Encoding': 'gzip' });
      expect(headers.get('Content-Encoding')).toBe('gzip');
      expect(headers.get('Vary')).toContain('Accept-Encoding');
      const plain = await get({ 'Accept-Encoding': 'gzip;q=0, identity' });
      expect(plain.headers.get('Content-Encoding')).toBeNull();
      const { bytes } = await rawGet(url, SERVER_KEY);
      expect(gunzipSync(bytes).toString()).toBe(plain.text);
    });
  });

  describe('GET /sdk/v1/stream', () => {
    it('sends the whole ruleset first and then patches', async () => {
      const flag = await openFlag();
      const stream = await open();
      const first = await stream.events.next();
      const { epoch, revision } = await position();
      expect(first).toMatchObject({ event: 'ruleset', id: `${epoch}:${revision}` });
      expect(dataOf(first)).toEqual(await ruleset());
      await flags.kill(flag);
      const patch = await stream.events.next();
      expect(patch).toMatchObject({ event: 'patch', id: `${epoch}:${revision + 1}` });
      expect(dataOf(patch)).toMatchObject({
        ...{ epoch, from: revision, to: revision + 1, receiptSpreadMs: 0 },
        flags: { [flag]: { killed: true } },
      });
      expect(Object.keys(dataOf(patch).flags)).toEqual([flag]);
    });

    it('sends "current" to a client with the latest revision', async () => {
      const { epoch, revision } = await position();
      const stream = await open({ 'Last-Event-ID': `${epoch}:${revision}` });
      const event = await stream.events.next();
      expect(event).toMatchObject({ event: 'current', id: `${epoch}:${revision}` });
      expect(dataOf(event).now).toBe(started.clock.now().getTime());
    });

    it('sends one patch to a client that was disconnected', async () => {
      const flag = await openFlag();
      const { epoch, revision } = await position();
      await flags.kill(flag);
      await flags.restore(flag);
      await until(async () => expect((await position()).revision).toBe(revision + 2));
      const stream = await open({ 'Last-Event-ID': `${epoch}:${revision}` });
      const event = await stream.events.next();
      expect(event).toMatchObject({ event: 'patch', id: `${epoch}:${revision + 2}` });
      expect(dataOf(event)).toMatchObject({ from: revision, to: revision + 2 });
    });

    it.each(['', 'nonsense', 'E:1', 'another-epoch:3', '01J:-1', '01J:99999999999999999999'])(
      'sends the whole ruleset when Last-Event-ID is %j',
      async (id) => {
        const stream = await open(id === '' ? {} : { 'Last-Event-ID': id });
        expect((await stream.events.next()).event).toBe('ruleset');
      },
    );

    it('stores the instance of a client and its revision', async () => {
      const { epoch, revision } = await position();
      const instance = randomUUID();
      const about = { 'Sluice-Service': 'shop', 'Sluice-Service-Version': '1.2' };
      const sdk = { 'Sluice-Sdk': 'node/0.1.0', 'Sluice-Instance': instance };
      await open({ ...about, ...sdk, 'Last-Event-ID': `${epoch}:${revision}` });
      await until(async () => {
        const known = (await flags.instances()).find(({ id }: { id: string }) => id === instance);
        expect(known).toMatchObject({
          ...{ service: 'shop', serviceVersion: '1.2', sdk: 'node/0.1.0', connected: true },
          applied: { epoch, revision },
        });
      });
    });

    it.each([
      ['Sluice-Instance', 'a b', 'must be 1 to 64 letters'],
      ['Sluice-Instance', 'x'.repeat(65), 'must be 1 to 64 letters'],
      ['Sluice-Service', 'ü', 'must be at most 100 printable ASCII characters'],
      ['Sluice-Sdk', 'x'.repeat(101), 'must be at most 100 printable ASCII characters'],
    ])('rejects the header %s with the value %j', async (name, value, expected) => {
      const answer = await ask(`${started.url}/sdk/v1/stream`, {
        key: SERVER_KEY,
        headers: { 'Sluice-Instance': 'i1', [name]: value },
      });
      expect(answer.status).toBe(400);
      expect(problemOf(answer).detail).toContain(`header "${name}" ${expected}`);
    });

    it('accepts server keys only', async () => {
      expect((await open({}, CLIENT_KEY)).status).toBe(403);
      expect((await open({}, ADMIN_KEY)).status).toBe(403);
      expect((await open({}, 'sluice_server_of_nobody_0123456789abcdefghij')).status).toBe(401);
    });
  });

  describe('POST /sdk/v1/events', () => {
    it('acknowledges a stored batch, and a repetition with the same response', async () => {
      const applied = await position();
      const headers = { 'Sluice-Instance': randomUUID() };
      const batch = { seq: 1, at: 1, applied };
      for (let i = 0; i < 3; i += 1) {
        expect(await post(batch, headers)).toMatchObject({ status: 200, body: { seq: 1 } });
      }
      const known = await flags.instances();
      expect(
        known.find(({ id }: { id: string }) => id === headers['Sluice-Instance']),
      ).toMatchObject({ applied });
    });

    it('ignores unknown fields', async () => {
      const answer = await post({ seq: 1, at: 1, applied: null, slots: [], later: true });
      expect(answer.status).toBe(200);
    });

    it.each([
      [[], 'expected an object'],
      [{ at: 1 }, 'seq must be a whole number from 1'],
      [{ seq: 0, at: 1 }, 'seq must be a whole number from 1'],
      [{ seq: 1.5, at: 1 }, 'seq must be a whole number from 1'],
      [{ seq: 1, at: 'now' }, 'at must be epoch milliseconds'],
      [{ seq: 1, at: 1, applied: 'E1:2' }, 'applied must be an epoch and a revision'],
      [{ seq: 1, at: 1, applied: { epoch: 'E:1', revision: 2 } }, 'applied must be an epoch'],
      [{ seq: 1, at: 1, applied: { epoch: 'E1', revision: -2 } }, 'applied must be an epoch'],
    ])('rejects %j and names the field', async (batch, expected) => {
      const answer = await post(batch);
      expect(answer.status).toBe(400);
      expect(problemOf(answer).detail).toContain(expected);
    });

    it('requires the header Sluice-Instance', async () => {
      const answer = await ask(`${started.url}/sdk/v1/events`, {
        ...{ method: 'POST', key: SERVER_KEY, json: { seq: 1, at: 1 } },
      });
      expect(answer.status).toBe(400);
      expect(problemOf(answer).detail).toContain('header "Sluice-Instance" is missing');
    });

    it('accepts events with a client key, which cannot read rules', async () => {
      const headers = { 'Sluice-Instance': randomUUID() };
      const json = { seq: 1, at: 1 };
      const events = { method: 'POST', key: CLIENT_KEY, json, headers };
      const answer = await ask(`${started.url}/sdk/v1/events`, events);
      expect(answer).toMatchObject({ status: 200, body: { seq: 1 } });
      const ruleset = await ask(`${started.url}/sdk/v1/ruleset`, { key: CLIENT_KEY });
      expect(ruleset.status).toBe(403);
    });

    it.each([
      [{ flags: { a: { on: -1 } } }, 'slots/0/flags/a/on must be a whole number'],
      [{ metrics: { buy: { count: 1, sum: 'much' } } }, 'slots/0/metrics/buy: sum must be'],
      [{ metrics: { buy: { count: 1e12, sum: 1 } } }, 'slots/0/metrics/buy/count must be'],
      [{ releases: [{ id: 'r', phase: 1, arm: 'both' }] }, 'slots/0/releases/0/arm must be'],
      [
        { releases: [{ id: 'r', phase: 1, arm: 'control', units: ['zoë'] }] },
        'slots/0/releases/0/units must hold strings of 16 hexadecimal digits',
      ],
      [
        { releases: [{ id: 'r', phase: 1, arm: 'control', buckets: { m: [[256, 0, 0]] } }] },
        'slots/0/releases/0/buckets/m must hold [bucket 0-255, sum, count]',
      ],
    ])('rejects a slot with %j and names the field', async (part, expected) => {
      const slot = { from: 10_000, to: 20_000, ...part };
      const answer = await post({ seq: 1, at: 1, slots: [slot] });
      expect(answer.status).toBe(400);
      expect(problemOf(answer).detail).toContain(expected);
    });

    it('rejects a body of more than 1 MiB', async () => {
      const answer = await post({ seq: 1, at: 1, filler: 'x'.repeat(1024 * 1024) });
      expect(answer.status).toBe(413);
    });
  });
});

/** Uses `http`, because `fetch` would decompress the body. */
async function rawGet(url: string, key: string): Promise<{ bytes: Buffer }> {
  const headers = { Authorization: `Bearer ${key}`, 'Accept-Encoding': 'gzip' };
  const asked = request(url, { headers }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return { bytes: Buffer.concat(chunks) };
}
