import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SERVER_KEY } from '../../test/support/client-stage.js';
import { Gathered } from '../../test/support/gathered.js';
import { RulesetServer } from '../../test/support/ruleset-server.js';
import { releasedFlag, rulesetOf } from '../../test/support/rulesets.js';
import { SdkBundle } from '../../test/support/sdk-process.js';
import { CrashFiles } from './telemetry/crash-files.js';
import { seedPrefix, unitHash } from './core/bucket.js';
import { EVENTS_PATH, INSTANCE_HEADER } from './protocol/headers.js';

const METRICS = [
  { key: 'crashes', kind: 'split', event: 'http.crash', attribution: 'request' },
] as const;

let bundle: SdkBundle;
let server: RulesetServer;
let cacheDir: string;

beforeAll(async () => {
  bundle = await SdkBundle.make();
});
afterAll(() => bundle.remove());
beforeEach(async () => {
  const awesome = releasedFlag({ metrics: METRICS });
  server = await RulesetServer.start(rulesetOf({ flags: { awesome } }));
  cacheDir = await mkdtemp(join(tmpdir(), 'sluice-crash-'));
});
afterEach(async () => {
  await server.close();
  await rm(cacheDir, { recursive: true });
});

const run = (script: string) => bundle.run(script, { url: server.url, key: SERVER_KEY, cacheDir });

/** A server whose process crashes while it handles its only request. */
const BREAKING = `
  const { createServer, request } = await import('node:http');
  const flags = createClient({ url, key, cacheDir });
  await flags.ready();
  const app = createServer(measureRequests(flags, (_request, response) => {
    flags.isActive('awesome', { targetingKey: 'user-1' });
    setImmediate(() => { throw new Error('mine'); });
    app.emit('served', response);
  })).listen(0, () => request({ port: app.address().port }).on('error', () => {}).end());
`;

const NEXT_START = `
  const { readdirSync } = await import('node:fs');
  const flags = createClient({ url, key, cacheDir });
  await flags.ready();
  while (readdirSync(cacheDir).some((name) => name.includes('crash'))) await new Promise(setImmediate);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await flags.flush();
  await flags.close();
`;

const crashFiles = async () => (await readdir(cacheDir)).filter((name) => name.includes('crash'));

describe('a process that crashes', () => {
  it('saves its events to a file, which the next process sends as its own', async () => {
    const end = await run(BREAKING);
    expect(end.code).toBe(1);
    expect(end.output).toContain('Error: mine');
    expect(await crashFiles()).toHaveLength(1);
    const sentBefore = server.batches.all.length;
    expect((await run(NEXT_START)).code).toBe(0);
    const sent = server.batches.all.slice(sentBefore);
    expect(sent[0]?.seq).toBe(1);
    const gathered = Gathered.of(sent);
    const crashed = [unitHash(seedPrefix('3kTM'), 'user-1')];
    expect(gathered.arm('r1', 1, 'treatment').splits.get('crashes')).toEqual(crashed);
    expect(gathered.metrics.get('http.crash')?.count).toBe(1);
    expect(gathered.flags.get('awesome=on')).toBe(1);
    expect(await crashFiles()).toEqual([]);
  });

  it('sends its events itself and leaves no file when it survives the exception', async () => {
    const end = await run(`
      process.on('uncaughtException', () => {});
      ${BREAKING}
      app.once('served', (response) => setTimeout(async () => {
        response.end();
        await flags.flush();
        await flags.close();
        app.close();
      }, 100));
    `);
    expect(end.code).toBe(0);
    expect(Gathered.of(server.batches.all).metrics.get('http.crash')?.count).toBe(1);
    expect(await crashFiles()).toEqual([]);
  });

  it('leaves its unanswered batch, which the next process repeats in its name', async () => {
    const posts: { readonly instance: unknown; readonly body: string }[] = [];
    server.override = (request, response) => {
      if (request.url !== EVENTS_PATH) return false;
      void record(posts, request, response, posts.length > 0);
      return true;
    };
    await run(`
      const flags = createClient({ url, key, cacheDir });
      await flags.ready();
      flags.track('visit', {});
      void flags.flush();
      flags.track('after', {});
      setTimeout(() => { throw new Error('mine'); }, 200);
    `);
    await run(NEXT_START);
    const [left, ...later] = posts;
    expect(later.filter((post) => post.body === left?.body)).toEqual([left]);
    const others = later.filter(({ instance }) => instance !== left?.instance);
    expect(others.map(({ body }) => JSON.parse(body).seq)).toEqual(others.map((_, i) => i + 1));
    expect(others.map(({ body }) => body).join()).toContain('"after"');
    expect(others.map(({ body }) => body).join()).not.toContain('"visit"');
  });
});

async function record(
  posts: { readonly instance: unknown; readonly body: string }[],
  request: IncomingMessage,
  response: ServerResponse,
  isAnswered: boolean,
): Promise<void> {
  const body = await text(request);
  posts.push({ instance: request.headers[INSTANCE_HEADER.toLowerCase()], body });
  if (isAnswered) response.end('{}');
}

describe('the files of crashed processes', () => {
  it('are read once, and unreadable files are ignored', async () => {
    const files = new CrashFiles(cacheDir, 'http://x', 'k');
    const record = { instance: 'i1', slots: ['{}'], unanswered: null };
    files.write(record);
    files.write({ ...record, instance: 'i2', unanswered: '{"seq":3}' });
    const [name] = await crashFiles();
    await writeFile(join(cacheDir, (name as string).replace('i1', 'broken')), '{"format":1,');
    await writeFile(join(cacheDir, 'other.json'), '{}');
    const taken = await files.take('i3');
    expect(taken.map(({ instance, unanswered }) => [instance, unanswered])).toEqual([
      ['i1', null],
      ['i2', '{"seq":3}'],
    ]);
    expect(await files.take('i4')).toEqual([]);
    expect(await readdir(cacheDir)).toEqual(['other.json']);
  });
});
