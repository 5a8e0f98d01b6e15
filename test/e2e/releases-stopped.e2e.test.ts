import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FreshDatabase, migratedDatabase } from '../support/database.js';
import { type EventStream, openStream } from '../support/event-stream.js';
import { flagSteps } from '../support/flag-steps.js';
import { PositionChain } from '../support/position-chain.js';
import { seededRandom } from '../support/seeded-random.js';
import { type RunningServer, startServer } from '../support/server.js';
import { until } from '../support/until.js';

const RELEASES = 50;
const PERCENTS = [1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100];
/** Ticks that wait for a source, or work, in one server at most; more of them are of both. */
const ASKING_OF_ONE = 20;
const WORKING_OF_ONE = 4;
const STOPS_AT_SOURCE = 2;
const STOPS_AT_RANDOM = 4;
/** Version of the first step up: a release is created and started before. */
const FIRST_RISE = 3;
const STOP_MS_MAX = 1_200;
const SEED = 20_261_121;
/** A server reads once a second and beats every 15, so this many without a change mean that it is lost. */
const BEATS_MAX = 4;

/** Time and a source that answers are enough; nothing here is waited for but the ticks. */
const PLAN = {
  steps: PERCENTS.map((percent) => ({
    ...{ percent, minBakeSeconds: 0, minUnits: 0, advance: 'guard' },
  })),
  gates: [{ metric: 'queue', action: 'pause' }],
  ...{ finalBakeSeconds: 0, warmUpSeconds: 0, tickSeconds: 1 },
};
const QUEUE = {
  ...{ kind: 'query', source: 'numbers', query: '/queue', op: '>', value: 50, k: 3, n: 5 },
  ...{ onNoData: 'hold', graceSeconds: 900 },
};

describe('two servers, of which one is stopped in the middle of its ticks', () => {
  let fresh: FreshDatabase;
  let sql: postgres.Sql;
  let going: RunningServer;
  let stopped: RunningServer;
  const source = heldSource();
  const random = seededRandom(SEED);

  beforeAll(async () => {
    fresh = await migratedDatabase('postgres');
    const { url = '', dataDirectory } = fresh.options;
    sql = postgres(url, { max: 2, onnotice: () => undefined });
    await source.listen();
    const common = { databaseUrl: url, env: { SLUICE_OUTBOUND_ALLOW: '127.0.0.1' } };
    going = await startServer({ ...common, dataDir: `${dataDirectory}/going` });
    const { adminKey, serverKey } = going;
    const dataDir = `${dataDirectory}/stopped`;
    stopped = await startServer({ ...common, dataDir, adminKey, serverKey });
  });
  afterAll(async () => {
    await stopped?.kill('SIGCONT');
    source.answerAll();
    await Promise.all([going?.stop(), stopped?.stop()]);
    source.close();
    await sql?.end();
    await fresh?.remove();
  });

  /** The steps that each flag has reached. */
  const stepsOf = async () => {
    const rows = await sql<{ key: string; step: number }[]>`
      select key, step from releases join flags on flags.id = flag_id`;
    return new Map(rows.map(({ key, step }) => [key, step]));
  };
  /** A claim of the stopped server lasts 30 s before the other one takes over. */
  const untilAhead = async (keys: readonly string[], before: Map<string, number>) =>
    until(async () => {
      const now = await stepsOf();
      const isAhead = (key: string) => {
        const reached = now.get(key) ?? -1;
        return reached > (before.get(key) ?? -1) || reached === PERCENTS.length - 1;
      };
      expect(keys.filter((key) => !isAhead(key))).toEqual([]);
    });

  /** Stops a server after it has measured and decided, and before it acts. */
  const stopAtSource = async () => {
    source.hold();
    await until(async () => expect(source.held.length).toBeGreaterThan(ASKING_OF_ONE));
    const { held } = source;
    await stopped.kill('SIGSTOP');
    const before = await stepsOf();
    source.answerAll();
    await untilAhead(held, before);
    await stopped.kill('SIGCONT');
  };

  /** It holds the rows of its releases, and the others' way is through them. */
  const stopInTransaction = async () => {
    const before = await stepsOf();
    await sql.begin(async (tx) => {
      await tx`select from environments for update`;
      await until(async () => {
        const [row] = await sql<{ waiting: number }[]>`
          select count(*)::int as waiting from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`;
        expect(row?.waiting).toBeGreaterThan(WORKING_OF_ONE);
      });
      await stopped.kill('SIGSTOP');
    });
    await untilAhead([...before.keys()], before);
    await stopped.kill('SIGCONT');
  };

  const startAll = async () => {
    const flags = flagSteps(going);
    const asked = { key: 'numbers', kind: 'http-json', url: source.url };
    await flags.call('POST', '/sources', asked);
    await flags.call('POST', '/metrics', { key: 'queue', definition: QUEUE });
    for (let number = 0; number < RELEASES; number += 1) {
      const key = `flag-${number}`;
      await flags.create(key);
      const path = `/environments/production/flags/${key}/releases`;
      await flags.call('POST', path, { plan: PLAN, start: true });
    }
  };

  /** One that has told everything for an hour: without any, nothing rises. */
  const report = () => sql`
    insert into instances (environment_id, id, service, through)
    select id, 'i1', 'shop', now() + interval '1 hour' from environments where key = 'production'
    on conflict (environment_id, id) do update set last_seen_at = now()`;

  it('make every step exactly once', async () => {
    await startAll();
    const stream = await openStream(going.url, { key: going.serverKey });
    await report();
    for (let stop = 0; stop < STOPS_AT_SOURCE; stop += 1) await stopAtSource();
    await stopInTransaction();
    await report();
    for (let stop = 0; stop < STOPS_AT_RANDOM; stop += 1) {
      await pause(random() * 200);
      await stopped.kill('SIGSTOP');
      await pause(random() * STOP_MS_MAX);
      await stopped.kill('SIGCONT');
    }
    await until(async () => {
      const states = await sql`select state, count(*)::int as count from releases group by state`;
      expect(states).toEqual([{ state: 'completed', count: RELEASES }]);
    });
    const chain = await followTo(stream, await checkHistory(sql));
    const percents = Object.values(chain.document.flags).map(
      // biome-ignore lint/suspicious/noExplicitAny: a flag as a client keeps it.
      (flag: any) => flag.rules[0].rollout.to,
    );
    expect(percents).toEqual(Array(RELEASES).fill(100));
    stream.close();
  });
});

/** Reads a stream up to a revision that the database holds. */
async function followTo(stream: EventStream, revision: number): Promise<PositionChain> {
  const chain = new PositionChain();
  const ended = stream.closed.then(() => Promise.reject(new Error('the server ended the stream')));
  ended.catch(() => undefined);
  for (let beats = 0; chain.revision < revision; ) {
    const event = await Promise.race([stream.events.next(), ended]);
    beats = event.event === 'heartbeat' ? beats + 1 : 0;
    if (beats === BEATS_MAX) throw new Error(`silence at ${chain.revision} of ${revision}`);
    chain.take(event);
  }
  return chain;
}

interface History {
  readonly id: string;
  readonly version: number;
  readonly phases: readonly { phase: number; percent: number; revision: number }[];
  readonly decisions: readonly { version: number; action: string }[];
  readonly audit: readonly { action: string; revision: number | null }[];
}

/** Phases, decisions, revisions and the audit agree; returns the last revision. */
async function checkHistory(sql: postgres.Sql): Promise<number> {
  const histories = await sql<History[]>`
    select id, version,
      (select json_agg(json_build_object('phase', phase, 'percent', percent, 'revision', revision,
          'isOver', ended_at is not null) order by phase)
        from release_phases where release_id = releases.id) as phases,
      (select json_agg(json_build_object('version', version, 'action', action) order by version)
        from decisions where release_id = releases.id) as decisions,
      (select json_agg(json_build_object('action', action, 'revision', revision) order by id)
        from audit_entries
        where target_type = 'release' and after ->> 'id' = releases.id) as audit
    from releases`;
  const rises = PERCENTS.slice(1).map(() => 'advance');
  const moves = ['start', ...rises, 'complete'];
  for (const { version, phases, decisions, audit } of histories) {
    expect(phases).toEqual(
      PERCENTS.map((percent, index) => ({
        ...{ percent, phase: index + 1, isOver: true, revision: expect.any(Number) },
      })),
    );
    expect(decisions).toEqual(moves.map((action, index) => ({ action, version: index + 2 })));
    expect(version).toBe(moves.length + 1);
    const audited = audit.filter(({ action }) => action !== 'release.create');
    expect(audited.map(({ action }) => action)).toEqual(moves.map((move) => `release.${move}`));
    const told = audited.slice(0, PERCENTS.length).map(({ revision }) => revision);
    expect(told).toEqual(phases.map(({ revision }) => revision));
  }
  await checkSeenSteps(sql);
  const given = await sql<{ revision: number }[]>`
    select revision::int from audit_entries where revision is not null
      and environment_id = (select id from environments where key = 'production')
    order by revision`;
  const [environment] = await sql<{ revision: number }[]>`
    select revision::int from environments where key = 'production'`;
  const last = environment?.revision ?? -1;
  const revisions = given.map(({ revision }) => revision);
  expect(new Set(revisions).size).toBe(revisions.length);
  expect(revisions.length).toBeGreaterThanOrEqual(RELEASES * (PERCENTS.length + 1));
  expect(revisions.at(-1)).toBe(last);
  return last;
}

/** Each step up was decided from numbers of the step that it leaves, by whoever decided it. */
async function checkSeenSteps(sql: postgres.Sql): Promise<void> {
  const decisions = await sql<{ version: number; inputs: Buffer }[]>`
    select version, inputs from decisions where action in ('advance', 'complete')`;
  expect(decisions).toHaveLength(RELEASES * PERCENTS.length);
  for (const { version, inputs } of decisions) {
    const { status } = JSON.parse(gunzipSync(inputs).toString()) as { status: { step: number } };
    expect(status.step).toBe(version - FIRST_RISE);
  }
}

/** A metric source that answers at once, or holds its answers until it is released. */
function heldSource() {
  let isHolding = false;
  let waiting: { readonly flag: string; readonly response: ServerResponse }[] = [];
  const answer = (response: ServerResponse) => response.end('{"queue":1}');
  const server = createServer((request, response) => {
    response.setHeader('Content-Type', 'application/json');
    const flag = request.url?.slice(1) ?? '';
    if (isHolding) waiting.push({ flag, response });
    else answer(response);
  });
  return {
    async listen() {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    },
    get url() {
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/{{flag}}`;
    },
    /** The flags whose ticks wait for an answer. */
    get held(): readonly string[] {
      return waiting.map(({ flag }) => flag);
    },
    hold() {
      isHolding = true;
    },
    answerAll() {
      isHolding = false;
      for (const { response } of waiting) answer(response);
      waiting = [];
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
