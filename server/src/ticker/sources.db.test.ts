import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type Respond,
  saying,
  withAnsweringServer,
} from '../../../test/support/answering-server.js';
import { databaseKinds, withDatabase } from '../../../test/support/database.js';
import { HANG_MS } from '../../../test/support/patience.js';
import { findFreePort } from '../../../test/support/server.js';
import { until } from '../../../test/support/until.js';
import { type AnyGrant, contextOn, grantOnNewProject } from '../../../test/support/verbs.js';
import type { QueryMetric } from '../domain/metrics/metric.js';
import { parseAllowList } from '../domain/outbound/outbound-address.js';
import type { PlanInput } from '../domain/releases/plan-input.js';
import { type Measurement, noData, type SourceKind } from '../domain/sources/measurement.js';
import type { Sources } from '../domain/sources/sources.js';
import { createLog } from '../log.js';
import type { Ctx } from '../services/context.js';
import { createFlag } from '../services/flags/create-flag.js';
import { updateMetric } from '../services/metrics/metric-verbs.js';
import { assertSourcesAnswer } from '../services/releases/assert-sources-answer.js';
import { changePlan } from '../services/releases/change-plan.js';
import { commandRelease } from '../services/releases/command-release.js';
import { createRelease } from '../services/releases/create-release.js';
import { makeSources } from '../sources/make-sources.js';
import { createOutboundClient } from '../sources/outbound-client.js';
import { readReleaseTimeline } from '../store/read-models/release-timeline.js';
import { readRelease } from '../store/read-models/release-view.js';
import { type TickDeps, tick } from './tick.js';
import { Ticker } from './ticker.js';

const TICK_SECONDS = 30;
const GATE = { metric: 'queue', action: 'rollback' } as const;
const PLAN: PlanInput = {
  steps: [1, 5, 25, 100].map((percent) => ({
    ...{ percent, minBakeSeconds: 45, minUnits: 0 },
    advance: 'guard' as const,
  })),
  gates: [GATE],
  ...{ finalBakeSeconds: 45, tickSeconds: TICK_SECONDS, warmUpSeconds: 0 },
};
const QUERY: QueryMetric = {
  ...{ kind: 'query', source: 'numbers', query: '/queue', op: '>', value: 50, k: 2, n: 3 },
  ...{ onNoData: 'hold', graceSeconds: 900 },
};
const QUERIES = {
  prometheus: 'errors{arm="treatment"} / errors{arm="control"}',
  graphite: 'queue',
  'http-json': '/queue',
  probe: '',
} as const satisfies Record<SourceKind, string>;

const now = () => Date.now() / 1_000;
const prometheus = (result: unknown, resultType = 'vector'): Respond => {
  return (response, asked) => {
    saying({ status: 'success', data: { resultType, result } })(response, asked);
  };
};
const series = (value: string, at = now()) => ({ metric: {}, value: [at, value] });
const WELL: Readonly<Record<SourceKind, Respond>> = {
  prometheus: (response, asked) => prometheus([series('3')])(response, asked),
  graphite: (response, asked) => saying([{ datapoints: [[3, now()]] }])(response, asked),
  'http-json': saying({ queue: 3 }),
  probe: saying({ status: 'UP' }),
};

const silent: Respond = () => undefined;
/** Sends a byte every 10 ms and never ends, so that only the total timeout applies. */
const slow: Respond = (response) => {
  response.writeHead(200, { 'Content-Type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 10);
  response.on('close', () => clearInterval(timer));
};
const cut: Respond = (response) => {
  response.writeHead(200, { 'Content-Length': '100' });
  response.write('{"status":', () => response.destroy());
};
const GONE = 'gone';
/** Timeouts: long for a source that answers, even on a busy machine; short for a silent one. */
const ANSWER_MS = HANG_MS;
const SILENCE_MS = 200;

/** Each way in which a source can fail, with the message of the hold. */
const FAILURES: readonly (readonly [
  what: string,
  kind: SourceKind,
  respond: Respond | typeof GONE,
  code: 'SOURCE_ERROR' | 'NO_DATA',
  words: RegExp,
])[] = [
  ['is silent', 'prometheus', silent, 'SOURCE_ERROR', /did not answer within 200 ms/],
  ['is slower than its timeout', 'http-json', slow, 'SOURCE_ERROR', /did not answer within 200 ms/],
  ['is gone', 'prometheus', GONE, 'SOURCE_ERROR', /ECONNREFUSED/],
  ['is gone behind a probe', 'probe', GONE, 'SOURCE_ERROR', /ECONNREFUSED/],
  ['breaks off', 'http-json', cut, 'SOURCE_ERROR', /could not be read: ./],
  ['fails', 'prometheus', saying('<h1>no</h1>', 502), 'SOURCE_ERROR', /answered 502/],
  ['says NaN', 'prometheus', prometheus([series('NaN')]), 'NO_DATA', /gives NaN/],
  ['says infinity', 'prometheus', prometheus([series('+Inf')]), 'NO_DATA', /gives \+Inf/],
  ['knows one arm only', 'prometheus', prometheus([]), 'NO_DATA', /finds no series/],
  [
    'gives the arms one by one',
    'prometheus',
    (response, asked) => prometheus([series('1'), series('2')])(response, asked),
    'SOURCE_ERROR',
    /gives 2 series/,
  ],
  ['repeats what it said an hour ago', 'prometheus', old(), 'NO_DATA', /too old/],
  ['has another shape', 'prometheus', prometheus([], 'matrix'), 'SOURCE_ERROR', /gives a matrix/],
  ['is empty', 'prometheus', saying(''), 'SOURCE_ERROR', /no JSON/],
  ['says null', 'http-json', saying({ queue: null }), 'NO_DATA', /null stands at/],
  ['says text', 'http-json', saying({ queue: 'many' }), 'SOURCE_ERROR', /must stand at/],
  ['has no target', 'graphite', saying([]), 'NO_DATA', /finds no series/],
  ['has only gaps', 'graphite', saying([{ datapoints: [[null, 1]] }]), 'NO_DATA', /no point/],
];

function old(): Respond {
  return (response, asked) => prometheus([series('3', now() - 3_600)])(response, asked);
}

describe.each(databaseKinds)('releases with a metric source on %s', (kind) => {
  const database = withDatabase(kind);
  const server = withAnsweringServer();
  let ctx: Ctx;
  let grant: AnyGrant;
  let deps: TickDeps;
  let sources: Sources;
  let projects = 0;

  beforeEach(async () => {
    ctx = { ...contextOn(database.db), now: () => new Date() };
    projects += 1;
    grant = await grantOnNewProject(ctx, `project-${projects}`);
    const allowed = parseAllowList(['127.0.0.1']);
    if ('bad' in allowed) throw new Error(allowed.bad);
    const outbound = createOutboundClient({ allowed: allowed.ranges });
    sources = makeSources({ outbound, now: () => new Date() });
    deps = { ctx, log: createLog({ level: 'silent' }), measure: sources.measure };
  });

  const point = (url: string) =>
    database.db.execute(sql`update sources set url = ${url} where project_id = ${grant.projectId}`);

  const waitForAnswers = (ms: number) =>
    database.db.execute(
      sql`update sources set timeout_ms = ${ms} where project_id = ${grant.projectId}`,
    );

  const start = async (sourceKind: SourceKind) => {
    server.answer(WELL[sourceKind]);
    await database.db.execute(sql`
      insert into sources (id, project_id, key, name, kind, url, timeout_ms) values
        (${`a-${projects}`}, ${grant.projectId}, 'numbers', 'numbers', ${sourceKind},
          ${server.url}, ${ANSWER_MS})`);
    const query = QUERIES[sourceKind];
    const definition = sourceKind === 'probe' ? { ...QUERY, kind: 'probe' } : { ...QUERY, query };
    await database.db.execute(sql`
      insert into metrics (id, project_id, key, name, definition) values
        (${`m-${projects}`}, ${grant.projectId}, 'queue', 'queue',
          ${JSON.stringify(definition)}::json)`);
    await database.db.execute(sql`
      insert into webhooks (id, project_id, name, url, secret, events) values
        (${`w-${projects}`}, ${grant.projectId}, 'w', 'https://example.com', 's', '{held}')`);
    await createFlag(ctx, grant, { key: 'flag' });
    return createRelease(ctx, grant, { flag: 'flag', plan: PLAN, start: true });
  };
  const sentEvents = async () => {
    const rows = await database.db.execute<{ event_id: string }>(sql`
      select event_id from outbox where webhook_id = ${`w-${projects}`}`);
    return rows.map(({ event_id }) => event_id);
  };
  const read = (id: string) => readRelease(database.db, grant, 'flag', id);

  /** Moves all stored times into the past, because the clock of the database cannot be set. */
  const pass = async (seconds: number) => {
    const by = sql`${seconds}::float8 * interval '1 second'`;
    await database.db.execute(sql`
      update releases set last_tick_at = last_tick_at - ${by}, started_at = started_at - ${by},
        step_started_at = step_started_at - ${by}, next_tick_at = next_tick_at - ${by}
      where project_id = ${grant.projectId}`);
    await database.db.execute(sql`
      update release_phases set started_at = started_at - ${by}, ended_at = ended_at - ${by}
      where release_id in (select id from releases where project_id = ${grant.projectId})`);
    await database.db.execute(sql`
      update gate_ticks set at = at - ${by}
      where release_id in (select id from releases where project_id = ${grant.projectId})`);
    await database.db.execute(sql`
      update decisions set at = at - ${by}
      where release_id in (select id from releases where project_id = ${grant.projectId})`);
  };
  const tickAfter = async (id: string, seconds: number) => {
    await pass(seconds);
    await database.db.execute(sql`
      insert into instances (environment_id, id, service, through)
      values (${grant.environmentId}, 'i1', 'shop', clock_timestamp())
      on conflict (environment_id, id)
        do update set through = clock_timestamp(), last_seen_at = now()`);
    await tick(deps, id);
    return read(id);
  };
  const untilPercent = async (id: string, percent: number) => {
    let release = await read(id);
    for (let ticks = 0; ticks < 4 && release.percent < percent; ticks += 1) {
      release = await tickAfter(id, TICK_SECONDS);
    }
    return release;
  };

  /** One database runs all cases, because the messages do not depend on it. */
  it.each(kind === 'postgres' ? FAILURES : FAILURES.slice(0, 3))(
    'hold for half an hour while the source %s (%s), show why, and continue when it answers again',
    async (_, sourceKind, respond, code, words) => {
      const id = await start(sourceKind);
      expect(await untilPercent(id, 5)).toMatchObject({ state: 'running', percent: 5 });
      if (respond === GONE) await point(`http://127.0.0.1:${await findFreePort()}`);
      else server.answer(respond);
      if (respond === silent || respond === slow) await waitForAnswers(SILENCE_MS);
      for (let minutes = 0; minutes < 30; minutes += 10) {
        const held = await tickAfter(id, 600);
        expect(held).toMatchObject({ state: 'running', percent: 5, phase: 2, bakedMs: 0 });
        const hold = held.holds.find(({ metric }) => metric === 'queue');
        expect(hold).toMatchObject({ code, message: expect.stringMatching(words) });
        expect(held.sentence).toContain(hold?.message);
        expect(held.ticked).toMatchObject([{ metric: 'queue', value: null }]);
      }
      await point(server.url);
      await waitForAnswers(ANSWER_MS);
      server.answer(WELL[sourceKind]);
      expect(await untilPercent(id, 25)).toMatchObject({ state: 'running', percent: 25, phase: 3 });
      const { decisions } = await readReleaseTimeline(database.db, grant, 'flag', id);
      expect(decisions.map(({ action }) => action)).toEqual(['start', 'advance', 'advance']);
      expect(await sentEvents()).toEqual([expect.stringMatching(`:${code}:queue$`)]);
    },
  );

  it('keep the query that the round has pinned when the metric changes', async () => {
    const id = await start('http-json');
    await updateMetric(ctx, grant, {
      ...{ key: 'queue', version: 1, name: 'queue', description: '' },
      definition: { ...QUERY, query: '/other', value: 1 },
    });
    server.answer(saying({ queue: 3 }));
    expect(await untilPercent(id, 5)).toMatchObject({ percent: 5, round: 1, holds: [] });
    const plan = { ...PLAN, gates: [{ ...GATE, action: 'pause' as const }] };
    const { version } = await read(id);
    await changePlan(ctx, grant, { flag: 'flag', release: id, version, plan, reason: 'a test' });
    expect(await tickAfter(id, TICK_SECONDS)).toMatchObject({
      ...{ round: 2, percent: 5 },
      sentence: expect.stringContaining('nothing at "/other"'),
    });
  });

  it('query the source when an older version has not pinned the query', async () => {
    const id = await start('http-json');
    await database.db.execute(sql`
      update releases set frozen = (frozen::jsonb - 'ticked')::json where id = ${id}`);
    server.answer(saying({ queue: null }));
    expect(await tickAfter(id, TICK_SECONDS)).toMatchObject({
      ...{ percent: 1, sentence: expect.stringContaining('null stands at "/queue"') },
    });
    const [row] = await database.db.execute(sql`
      select frozen -> 'ticked' -> 0 ->> 'metric' as metric from releases where id = ${id}`);
    expect(row).toEqual({ metric: 'queue' });
  });

  it('wait for a source without delaying other releases', async () => {
    const asking = await start('http-json');
    server.answer(silent);
    const keys = Array.from({ length: 8 }, (_, index) => `asking-${index}`);
    for (const key of keys) {
      await createFlag(ctx, grant, { key });
      await createRelease(ctx, grant, { flag: key, plan: PLAN, start: true });
    }
    await createFlag(ctx, grant, { key: 'plain' });
    const plan = { ...PLAN, gates: [] };
    const plain = await createRelease(ctx, grant, { flag: 'plain', plan, start: true });
    await database.db.execute(sql`
      update releases set next_tick_at = case when project_id = ${grant.projectId}
        then now() - (id <> ${plain})::int * interval '1 hour' end`);
    let answer = () => {};
    const silence = new Promise<Measurement>((resolve) => {
      answer = () => resolve(noData('at last'));
    });
    const ticker = new Ticker({
      ...{ ...deps, measure: () => silence },
      ...{ random: () => 0, unwrap: (error: unknown) => error },
    });
    const ticking = ticker.tickDue();
    await until(async () => {
      expect((await readRelease(database.db, grant, 'plain', plain)).sentence).toMatch(/^Holding/);
    });
    expect((await read(asking)).sentence).toMatch(/^Started/);
    answer();
    await ticking;
    const { holds } = await read(asking);
    expect(holds).toContainEqual(
      expect.objectContaining({ metric: 'queue', message: expect.stringContaining('at last') }),
    );
  });

  it('reject a new gate whose source does not answer, and allow any other edit', async () => {
    const release = await start('http-json');
    await point(`http://127.0.0.1:${await findFreePort()}`);
    await database.db.execute(sql`
      insert into metrics (id, project_id, key, name, definition) values
        (${`n-${projects}`}, ${grant.projectId}, 'other', 'other',
          ${JSON.stringify(QUERY)}::json)`);
    const asked = (plan: PlanInput) =>
      assertSourcesAnswer(ctx, grant, { flag: 'flag', release, plan }, sources);
    await asked({ ...PLAN, tickSeconds: 10 });
    const gates = [GATE, { ...GATE, metric: 'other' }];
    await expect(asked({ ...PLAN, gates })).rejects.toMatchObject({
      details: {
        errors: [
          {
            pointer: '/plan/gates/1/metric',
            message: expect.stringMatching(/"numbers" does not answer/),
          },
        ],
      },
    });
  });

  it('ignore earlier measurements after an override', async () => {
    const id = await start('http-json');
    const paused = { ...PLAN, gates: [{ ...GATE, action: 'pause' as const }] };
    const { version } = await read(id);
    const change = { flag: 'flag', release: id, reason: 'a test' };
    await changePlan(ctx, grant, { ...change, version, plan: paused });
    server.answer(saying({ queue: 99 }));
    await tickAfter(id, TICK_SECONDS);
    expect(await tickAfter(id, TICK_SECONDS)).toMatchObject({
      ...{ state: 'paused', pauseReason: 'absolute' },
      sentence: expect.stringContaining('queue is beyond its limit at 99'),
    });
    await commandRelease(ctx, grant, { ...change, command: 'override' });
    expect(await tickAfter(id, TICK_SECONDS)).toMatchObject({
      ...{ state: 'running', percent: 1 },
      sentence: expect.stringContaining('queue is beyond its limit'),
    });
    server.answer(saying({ queue: 3 }));
    expect(await untilPercent(id, 5)).toMatchObject({ state: 'running', percent: 5 });
  });
});
