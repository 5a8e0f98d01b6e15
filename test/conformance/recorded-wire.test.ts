import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ClientOptions, createClient, type FlagClient } from '../../sdk/src/index.js';
import { decodeEventBatch } from '../../sdk/src/protocol/decode-event-batch.js';
import type { Post } from '../support/driven-sdk.js';
import {
  answersOf,
  factsOf,
  fixturePath,
  fixtureVersions,
  keyOf,
  readFixture,
} from '../support/fixture.js';
import { listen } from '../support/listening.js';
import { answersOfClient, answersOfRuleset } from '../support/recorded-answers.js';
import { RulesetServer } from '../support/ruleset-server.js';
import { rulesetOf } from '../support/rulesets.js';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

describe.each(fixtureVersions)('the recorded files of Sluice %s', (version) => {
  let folder: string;
  let server: RulesetServer;
  let client: FlagClient | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-recorded-'));
    await cp(fixturePath(version, 'sdk-cache'), folder, { recursive: true });
    server = await RulesetServer.start(rulesetOf({}));
  });
  afterEach(async () => {
    await client?.close();
    client = undefined;
    await server.close();
    await rm(folder, { recursive: true });
  });

  const { recordedUrl, databases } = factsOf(version);
  const key = keyOf(databases.postgres.keys, 'server', 'default/production');
  const answersIn = (name: string) =>
    answersOf(version).filter(({ environment }) => environment === name);
  const open = (options: Partial<ClientOptions>) => {
    client = createClient({ url: server.url, key, logger: quiet, ...options });
    return client;
  };

  it('contain a ruleset whose flags have the recorded values', async () => {
    const ruleset = readFixture(version, 'ruleset.json');
    const recorded = answersIn('staging');
    expect(await answersOfRuleset(ruleset, recorded)).toEqual(recorded);
  });

  it('contain a stream that leads to that ruleset', async () => {
    const frames = await readFile(fixturePath(version, 'stream.txt'));
    expect(String(frames)).toMatch(/event: ruleset[\s\S]*event: patch[\s\S]*event: goodbye/);
    server.override = (request, response) => {
      if (request.url !== '/sdk/v1/stream') return false;
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(frames);
      return true;
    };
    const { epoch, revision } = readFixture<{ epoch: string; revision: number }>(
      version,
      'ruleset.json',
    );
    const following = open({});
    const changes = listen(following, 'change');
    await changes.nextWhere((change) => change.revision === revision);
    expect(following.status()).toMatchObject({ epoch, revision, source: 'live' });
    const recorded = answersIn('staging');
    expect(answersOfClient(following, recorded)).toEqual(recorded);
  });

  it('contain a disk cache from which a client starts', async () => {
    const offline = open({ url: recordedUrl, cacheDir: folder });
    await listen(offline, 'change').next();
    expect(offline.status()).toMatchObject({ source: 'disk' });
    const recorded = answersIn('production');
    expect(answersOfClient(offline, recorded)).toEqual(recorded);
  });

  it('contain the events of a crashed process, which the next process sends', async () => {
    const redirected: typeof fetch = (url, init) =>
      fetch(String(url).replace(recordedUrl, server.url), init);
    open({ url: recordedUrl, cacheDir: folder, fetch: redirected });
    const batch = await server.batches.nextWhere(({ slots }) => slots.length > 0);
    expect(batch.slots[0]?.metrics).toEqual({ newsletter: { count: 1, sum: 0 } });
  });

  it('contain event batches that are decoded without a loss', () => {
    const posts = readFixture<readonly Post[]>(version, 'events.json');
    const batches = posts.map(({ body }) => JSON.parse(body) as unknown);
    expect(batches.length).toBeGreaterThan(0);
    for (const batch of batches) {
      const decoded = decodeEventBatch(batch);
      expect(decoded).toMatchObject({ value: batch });
    }
  });
});
