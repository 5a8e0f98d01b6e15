import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { type EventBatch, INSTANCE_HEADER, SLOT_MS } from '@sluice/sdk/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../support/ask.js';
import type { FreshDatabase } from '../support/database.js';
import { DrivenSdk, type InstalledSdk, type Post, presentSdk } from '../support/driven-sdk.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { answersOf, factsOf, fixtureVersions, keyOf, readFixture } from '../support/fixture.js';
import { flagSteps } from '../support/flag-steps.js';
import { countRequests } from '../support/release-counts.js';
import {
  restoreDatabase,
  type UnpackedFixture,
  unpackFixture,
} from '../support/restored-fixture.js';
import { runDirectory } from '../support/run-directory.js';
import { type RunningServer, startServer } from '../support/server.js';
import { until } from '../support/until.js';

/** Users whom the old server has not counted yet, too few to complete the step of its release. */
const NEW_USERS = { first: 10_000, count: 60 };
const USER = { targetingKey: 'person-1' };

/** The same batch, with the current time. */
function atPresent(body: string): string {
  const batch = JSON.parse(body) as EventBatch;
  const last = Math.max(...batch.slots.map(({ from }) => from));
  const later = Math.floor(Date.now() / SLOT_MS) * SLOT_MS - last;
  const slots = batch.slots.map((slot) => {
    return { ...slot, from: slot.from + later, to: slot.to + later };
  });
  return JSON.stringify({ ...batch, at: Date.now(), slots });
}

/** Number of requests in a batch. */
function requestsOf({ body }: Post): number {
  const { slots } = JSON.parse(body) as EventBatch;
  return slots
    .flatMap(({ releases }) => releases)
    .flatMap(({ buckets }) => buckets['http.error-rate'] ?? [])
    .map(([, , count]) => count)
    .reduce(sum, 0);
}

function sum(one: number, other: number): number {
  return one + other;
}

describe.each(fixtureVersions)('Sluice %s', (version) => {
  let old: UnpackedFixture;
  let present: InstalledSdk;
  const { keys, releases, ...known } = factsOf(version).databases.postgres;
  const { flag = '', id = '' } = releases.find(({ state }) => state === 'running') ?? {};
  const serverKey = keyOf(keys, 'server', 'default/production');
  const recorded = answersOf(version).filter(({ environment }) => environment === 'production');

  beforeAll(async () => {
    old = await unpackFixture(version);
    present = await presentSdk();
  });

  describe.each([
    { title: 'its SDK with the present server', sdkIsOld: true },
    { title: 'the present SDK with its server', sdkIsOld: false },
  ])('$title', ({ sdkIsOld }) => {
    let fresh: FreshDatabase;
    let server: RunningServer;
    let proxy: FaultProxy;
    let sdk: DrivenSdk;
    let cacheDir: string;

    beforeAll(async () => {
      fresh = await restoreDatabase(version, 'postgres');
      const { dataDirectory: dataDir, url: databaseUrl } = fresh.options;
      server = await startServer({
        ...{ dataDir, serverKey, adminKey: keyOf(keys, 'admin', '*') },
        ...(databaseUrl === undefined ? {} : { databaseUrl }),
        ...(sdkIsOld ? {} : { main: old.main }),
      });
      proxy = await FaultProxy.start(() => server.port);
      cacheDir = await mkdtemp(join(runDirectory(), 'cache-'));
      sdk = await DrivenSdk.start(sdkIsOld ? old.sdk : present);
    });
    afterAll(async () => {
      await sdk?.close();
      await proxy?.close();
      await server?.stop();
      await fresh?.remove();
    });

    const steps = () => flagSteps(server);
    const options = () => ({ url: proxy.url, key: serverKey, service: 'shop', cacheDir });
    const isActive = async (key: string) => {
      const [answer] = await sdk.evaluate([{ flag: key, context: USER, fallback: false }]);
      return answer?.active;
    };
    const requests = async () => {
      const series = `/environments/production/flags/${flag}/releases/${id}/series`;
      return countRequests(await steps().call('GET', `${series}?metric=http.error-rate`));
    };
    /** Batches that the server got again, because the SDK had seen no acknowledgement. */
    const repeatedBatches = async () => {
      const { text } = await ask(`${server.url}/metrics`);
      const found = /^sluice_ingest_batches_total\{outcome="repeated"\} (\d+)$/m.exec(text);
      return Number(found?.[1] ?? 0);
    };
    const setStatus = async (key: string, status: string) => {
      const path = `/environments/production/flags/${key}`;
      const {
        version: seen,
        parent,
        offVariant,
        onVariant,
        defaultVariant,
        rules,
      } = await steps().call('GET', path);
      const change = { status, parent, offVariant, onVariant, defaultVariant, rules };
      await steps().call('PUT', path, change, seen);
    };

    it('serves the recorded values', async () => {
      expect(await sdk.open(options())).toBe('ok');
      const answers = await sdk.evaluate(recorded);
      expect(answers).toEqual(recorded.map(({ answer }) => answer));
    });

    it('counts recorded batches once, and again when another instance posts them', async () => {
      const send = async ({ pathname, headers, body }: Post, more = {}) => {
        const sent = { method: 'POST', raw: body, headers: { ...headers, ...more } };
        const answer = await ask(server.url + pathname, sent);
        expect(answer).toMatchObject({ status: 200, body: { seq: JSON.parse(body).seq } });
      };
      const posts = readFixture<readonly Post[]>(version, 'events.json');
      expect(await requests()).toBe(known.requests);
      for (const post of posts) await send(post);
      expect(await requests()).toBe(known.requests);
      const another = { [INSTANCE_HEADER]: 'another' };
      for (const post of posts) await send({ ...post, body: atPresent(post.body) }, another);
      expect(await requests()).toBe(known.requests + posts.map(requestsOf).reduce(sum));
    });

    it('applies a change, a kill and a restoration from the stream', async () => {
      await setStatus('always', 'off');
      await sdk.sees(async () => !(await isActive('always')));
      await setStatus('always', 'on');
      await sdk.sees(async () => (await isActive('always')) === true);
      await steps().kill('always');
      await sdk.sees(async () => !(await isActive('always')));
      const { instance } = await sdk.status();
      await until(async () => {
        const { items } = await steps().receipts('always');
        expect(items).toContainEqual(expect.objectContaining({ id: instance, state: 'off' }));
      });
      await steps().restore('always');
      await sdk.sees(async () => (await isActive('always')) === true);
      expect(await sdk.status()).toMatchObject({ state: 'live', mode: 'streaming' });
    });

    it('counts each event once although acknowledgements are lost', async () => {
      const [before, repeated] = [await requests(), await repeatedBatches()];
      proxy.fault = { kind: 'cut', afterBytes: 0 };
      proxy.cutAll();
      await sdk.visit({ flag, ...NEW_USERS });
      await until(async () => expect(await repeatedBatches()).toBeGreaterThan(repeated));
      proxy.fault = { kind: 'none' };
      await until(async () => expect(await sdk.flush()).toBe(true));
      expect(await requests()).toBe(before + NEW_USERS.count);
      expect(await sdk.status()).toMatchObject({ droppedEvents: 0 });
    });

    it('writes rules to disk from which the other SDK starts while no server answers', async () => {
      const last = await sdk.evaluate(recorded);
      await sdk.close();
      proxy.fault = { kind: 'refuse' };
      const other = await DrivenSdk.start(sdkIsOld ? present : old.sdk);
      await other.open({ ...options(), readyTimeoutMs: 0 });
      await other.sees(async () => (await other.status()).source === 'disk');
      expect(await other.evaluate(recorded)).toEqual(last);
      await other.close();
    });
  });
});
