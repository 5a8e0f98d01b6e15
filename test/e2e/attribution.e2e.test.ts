import { once } from 'node:events';
import { Agent, createServer, request as requestHttp, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedPrefix, unitBucket, unitHash } from '../../sdk/src/core/bucket.js';
import type { ReleaseMetric } from '../../sdk/src/core/ruleset.js';
import { createClient, type FlagClient } from '../../sdk/src/index.js';
import { measureRequests } from '../../sdk/src/node/index.js';
import { Gathered, type GatheredArm } from '../support/gathered.js';
import { RulesetServer } from '../support/ruleset-server.js';
import { releasedFlag, rulesetOf } from '../support/rulesets.js';
import { until } from '../support/until.js';

const REQUESTS = 10_000;
const AT_ONCE = 200;
const PEOPLE = 3_000;
const SALT = '3kTM';
const OF_REQUESTS = { attribution: 'request', per: 'request' } as const;
const METRICS: readonly ReleaseMetric[] = [
  { key: 'errors', kind: 'split', event: 'http.error', ...OF_REQUESTS },
  { key: 'error-rate', kind: 'ratio', event: 'http.error', ...OF_REQUESTS },
  { key: 'work', kind: 'mean', event: 'work', ...OF_REQUESTS },
  { key: 'slow', kind: 'slowShare', event: 'http.request', ...OF_REQUESTS, thresholdMs: 60_000 },
  { key: 'bought', kind: 'split', event: 'bought', attribution: 'assignment' },
];

/** What a request saw, as the one who sent it was told. */
interface Seen {
  readonly arm: string;
  readonly unit: string;
  readonly work: number;
  readonly isError: boolean;
}

let collector: RulesetServer;
let flags: FlagClient;
let app: Server;

beforeAll(async () => {
  const awesome = releasedFlag({ salt: SALT, metrics: METRICS });
  collector = await RulesetServer.start(rulesetOf({ flags: { awesome } }));
  flags = createClient({ url: collector.url, key: 'sl_server_attribution' });
  await flags.ready();
  app = createServer(measureRequests(flags, handle)).listen(0, '127.0.0.1');
  await once(app, 'listening');
});

afterAll(async () => {
  await flags.close();
  app.close();
  app.closeAllConnections();
  await collector.close();
});

/** Waits a little between all that it does, so that hundreds are at every point at once. */
const handle: Parameters<typeof measureRequests>[1] = async (request, response) => {
  const number = Number(request.url?.slice(1));
  const unit = `person-${number % PEOPLE}`;
  await pause(number % 7);
  const isTreated = flags.isActive('awesome', { targetingKey: unit });
  await pause((number * 31) % 11);
  // The first evaluation counts: a job that looks at others must not change sides.
  flags.isActive('awesome', { targetingKey: `person-${(number + 1) % PEOPLE}` });
  flags.track('work', {}, number);
  if (number % 5 === 0) flags.track('bought', { targetingKey: unit });
  await pause(number % 3);
  response.writeHead(number % 13 === 0 ? 500 : 200, {
    'x-arm': isTreated ? 'treatment' : 'control',
  });
  response.end();
};

function pause(turns: number): Promise<void> {
  return new Promise((resolve) => {
    if (turns % 2 === 0) setTimeout(resolve, turns);
    else setImmediate(() => void Promise.resolve().then(resolve));
  });
}

async function sendAll(): Promise<Seen[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const seen: Seen[] = [];
  let next = 0;
  const sender = async () => {
    for (let number = next++; number < REQUESTS; number = next++)
      seen.push(await ask(agent, number));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
  agent.destroy();
  return seen;
}

function ask(agent: Agent, number: number): Promise<Seen> {
  const { port } = app.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const request = requestHttp({ port, path: `/${number}`, agent }, (response) => {
      const arm = String(response.headers['x-arm']);
      const unit = unitHash(seedPrefix(SALT), `person-${number % PEOPLE}`);
      response.resume().once('end', () => {
        resolve({ arm, unit, work: number, isError: response.statusCode === 500 });
      });
    });
    request.once('error', reject).end();
  });
}

/** The expected sums by bucket. */
function bucketsOf(seen: readonly Seen[], value: (one: Seen) => number) {
  const buckets = new Map<number, { sum: number; count: number }>();
  for (const one of seen) {
    const bucket = unitBucket(one.unit);
    const { sum, count } = buckets.get(bucket) ?? { sum: 0, count: 0 };
    buckets.set(bucket, { sum: sum + value(one), count: count + 1 });
  }
  return buckets;
}

const sortedUnits = (seen: readonly Seen[]) => [...new Set(seen.map(({ unit }) => unit))].sort();
const sorted = (units: readonly string[] | undefined) => [...(units ?? [])].sort();

describe('10,000 requests, 200 at a time', () => {
  let seen: Seen[];
  let gathered: Gathered;

  beforeAll(async () => {
    seen = await sendAll();
    await until(async () => {
      await flags.flush();
      gathered = Gathered.of(collector.batches.all);
      expect(gathered.metrics.get('http.request')?.count).toBe(REQUESTS);
    });
  });

  it.each(['treatment', 'control'])('land on the side that each saw, none wrong: %s', (side) => {
    const own = seen.filter(({ arm }) => arm === side);
    const failed = own.filter(({ isError }) => isError);
    const arm: GatheredArm = gathered.arm('r1', 1, side);
    expect(own.length).toBeGreaterThan(REQUESTS * 0.4);
    expect(arm.buckets.get('error-rate')).toEqual(bucketsOf(own, ({ isError }) => +isError));
    expect(arm.buckets.get('work')).toEqual(bucketsOf(own, ({ work }) => work));
    expect(arm.buckets.get('slow')).toEqual(bucketsOf(own, () => 0));
    expect(sorted(arm.splits.get('errors'))).toEqual(sortedUnits(failed));
    expect(arm.sketches.get('slow')?.count).toBe(own.length);
    const buyers = own.filter(({ work }) => work % 5 === 0);
    expect(sorted(arm.splits.get('bought'))).toEqual(sortedUnits(buyers));
  });

  it('are all counted, and no user is listed twice', () => {
    expect(gathered.metrics.get('http.error')?.count).toBe(
      seen.filter(({ isError }) => isError).length,
    );
    expect(gathered.metrics.get('work')?.count).toBe(REQUESTS);
    expect([gathered.unattributed, gathered.dropped]).toEqual([0, 0]);
    const arms = ['treatment', 'control'].map((side) => gathered.arm('r1', 1, side));
    expect(arms.reduce((sum, { exposures }) => sum + exposures, 0)).toBe(2 * REQUESTS);
    expect(arms.reduce((sum, { units }) => sum + units.size, 0)).toBe(PEOPLE);
  });

  it('are sent in batches numbered without a gap and never in parallel', () => {
    const numbers = collector.batches.all.map(({ seq }) => seq);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });
});
