import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds, withDatabase } from '../../../test/support/database.js';
import { eventBatch, eventSlot, releaseSlot, unitOf } from '../../../test/support/ingest-stage.js';
import { type AnyGrant, contextOn, grantOnNewProject } from '../../../test/support/verbs.js';
import { AppError } from '../domain/errors.js';
import type { PlanInput } from '../domain/releases/plan-input.js';
import {
  type Measurement,
  measured,
  measurementError,
  noData,
} from '../domain/sources/measurement.js';
import { createLog } from '../log.js';
import type { Ctx } from '../services/context.js';
import { createFlag } from '../services/flags/create-flag.js';
import { killFlag } from '../services/flags/kill-flag.js';
import { applyDecision } from '../services/releases/apply-decision.js';
import { commandRelease } from '../services/releases/command-release.js';
import { createRelease } from '../services/releases/create-release.js';
import { gatherScene } from '../services/releases/gather-scene.js';
import { findTrips, tripRelease } from '../services/releases/trip-release.js';
import { verifyDecision } from '../services/releases/verify-decision.js';
import { KnownExposures } from '../ingest/known-exposures.js';
import { ingestGroup } from '../ingest/ingest-group.js';
import { readReleaseTotals } from '../store/read-models/release-totals.js';
import { readRelease } from '../store/read-models/release-view.js';
import { readReleaseTimeline } from '../store/read-models/release-timeline.js';
import { loadRuleset } from '../store/read-models/ruleset.js';
import { SeriesCaps } from '../ingest/series-caps.js';
import { claimDueReleases, forgetPeople } from '../store/tick-store.js';
import { type TickDeps, tick } from './tick.js';
import { Ticker } from './ticker.js';

/** Every step ends after one tick with fresh data, so that a test controls each step. */
const TIMED: PlanInput = {
  steps: [1, 5, 25, 50, 100].map((percent) => ({
    ...{ percent, minBakeSeconds: 0, minUnits: 0 },
    advance: 'guard' as const,
  })),
  gates: [],
  finalBakeSeconds: 0,
  tickSeconds: 1,
  warmUpSeconds: 0,
};
const GATED: PlanInput = { ...TIMED, gates: [{ metric: 'http.errors', action: 'rollback' }] };

describe.each(databaseKinds)('the ticks of releases on %s', (kind) => {
  const database = withDatabase(kind);
  let ctx: Ctx;
  let grant: AnyGrant;
  let deps: TickDeps;
  let projects = 0;
  let seq = 0;
  const caps = new SeriesCaps();
  const known = new KnownExposures();

  beforeEach(async () => {
    ctx = { ...contextOn(database.db), now: () => new Date() };
    projects += 1;
    grant = await grantOnNewProject(ctx, `project-${projects}`);
    const log = createLog({ level: 'silent' });
    deps = { ctx, log, measure: async () => measured(1) };
    await report();
  });

  /** Stores an instance that has flushed all events up to `throughMs`. */
  const report = (throughMs = Date.now()) =>
    database.db.execute(sql`
      insert into instances (environment_id, id, service, through)
      values (${grant.environmentId}, 'i1', 'shop',
        ${new Date(throughMs).toISOString()}::timestamptz)
      on conflict (environment_id, id)
        do update set through = excluded.through, last_seen_at = now()`);
  const start = async (plan: PlanInput, key = 'flag') => {
    await createFlag(ctx, grant, { key });
    return createRelease(ctx, grant, { flag: key, plan, start: true });
  };
  const command = (name: 'approve' | 'cancel' | 'pause', release: string) =>
    commandRelease(ctx, grant, { command: name, flag: 'flag', release, reason: 'a test' });
  const read = (id: string, key = 'flag') => readRelease(database.db, grant, key, id);
  const timeline = (id: string, key = 'flag') => readReleaseTimeline(database.db, grant, key, id);
  const ticking = async (id: string, times = 1) => {
    for (let count = 0; count < times; count += 1) {
      await report();
      await tick(deps, id);
    }
  };

  /** Stores a batch with users of one arm, some with an error. `first` numbers the first user. */
  const post = async (id: string, phase: number, arm: 'treatment' | 'control', counts: object) => {
    const { people, errors, first } = counts as Record<'people' | 'errors' | 'first', number>;
    const units = Array.from({ length: people }, (_, index) => unitOf(first + index));
    const failed = { 'http.errors': units.slice(0, errors) };
    const slot = releaseSlot({ id, phase, arm, exposures: people, units, splits: failed });
    seq += 1;
    const { environmentId } = grant;
    const sent = eventBatch({
      seq,
      slots: [
        eventSlot({ releases: [slot], metrics: { 'http.latency': { count: people, sum: 1 } } }),
      ],
    });
    const who = { environmentId, instanceId: 'poster', service: 'shop', serviceVersion: '1' };
    const report = { ...who, sdk: 'node/1', seq, epoch: null, revision: null, waitedMs: 0 };
    const posts = [{ report, sent: { environmentId, isTrusted: true, batch: sent } }];
    return ingestGroup(database.db, posts, { replica: 0, caps, known, findTrips });
  };

  it('advance one step at a time and complete with all users', async () => {
    const id = await start(TIMED);
    const percents: number[] = [];
    for (let count = 0; count < 5; count += 1) {
      percents.push((await read(id)).percent);
      await ticking(id);
    }
    expect(percents).toEqual([1, 5, 25, 50, 100]);
    expect(await read(id)).toMatchObject({ state: 'completed', percent: 100, nextTickAt: null });
    const ruleset = await loadRuleset(database.db, grant.environmentId);
    const [rule] = ruleset?.flags.flag?.rules ?? [];
    expect(rule).toEqual({ id: 'release', rollout: { to: 100 }, serve: { variant: 'on' } });
  });

  it('hold with the reason while no instance reports, and continue afterwards', async () => {
    const id = await start(TIMED);
    await database.db.execute(sql`delete from instances`);
    await tick(deps, id);
    await tick(deps, id);
    expect(await read(id)).toMatchObject({
      ...{ state: 'running', percent: 1, version: 2, holds: [{ code: 'STALE_DATA' }] },
      sentence: expect.stringContaining('no instance reports'),
    });
    await ticking(id);
    expect(await read(id)).toMatchObject({ percent: 5, version: 3 });
  });

  it('roll back a harmful release, and make decisions that can be reproduced', async () => {
    const id = await start(GATED);
    await post(id, 1, 'treatment', { people: 19, errors: 0, first: 30_000 });
    await post(id, 1, 'control', { people: 1_900, errors: 0, first: 20_000 });
    await ticking(id);
    await post(id, 2, 'treatment', { people: 100, errors: 40, first: 1 });
    await post(id, 2, 'control', { people: 1_900, errors: 38, first: 10_000 });
    await ticking(id);
    const harmed = await read(id);
    expect(harmed).toMatchObject({ state: 'rolling_back', percent: 0 });
    expect(harmed.sentence).toMatch(/http\.errors.*40 of 100 people/);
    const { decisions } = await timeline(id);
    const automatic = decisions.filter(({ action }) => ['advance', 'rollback'].includes(action));
    expect(automatic).toHaveLength(2);
    for (const { version } of automatic) {
      const address = { flag: 'flag', release: id, version };
      const { same, stored, recomputed } = await verifyDecision(ctx, grant, address);
      expect(recomputed).toEqual(stored);
      expect(same).toBe(true);
    }
    await database.db.execute(sql`
      update decisions set inputs_hash = 'another'
      where release_id = ${id} and action = 'rollback'`);
    const version = automatic.at(-1)?.version ?? 0;
    expect(await verifyDecision(ctx, grant, { flag: 'flag', release: id, version })).toMatchObject({
      same: false,
    });
  });

  it('roll back exactly once when a batch shows severe harm', async () => {
    const id = await start(GATED);
    await post(id, 1, 'control', { people: 1_900, errors: 10, first: 10_000 });
    const slot = { people: 20, errors: 15, first: 1 };
    await post(id, 1, 'treatment', slot);
    const trips = await Promise.all([1, 2].map(() => tripRelease(ctx, id, { lnEMax: 9 })));
    expect(trips.filter(Boolean)).toHaveLength(1);
    const harmed = await read(id);
    expect(harmed).toMatchObject({ state: 'rolling_back', percent: 0, phase: 2 });
    expect(harmed.sentence).toMatch(/^Rolled back at once from 1 %: http\.errors/);
    const { decisions } = await timeline(id);
    const { version } = decisions.at(-1) ?? { version: 0 };
    const address = { flag: 'flag', release: id, version };
    expect(await verifyDecision(ctx, grant, address)).toMatchObject({ same: true });
  });

  it('end a rollback when all instances confirm it, or after five minutes', async () => {
    const confirmed = await start(GATED, 'confirmed');
    await tripHarm(confirmed);
    await tick(deps, confirmed);
    expect(await read(confirmed, 'confirmed')).toMatchObject({
      ...{ state: 'rolling_back', rollback: { instances: 2, off: 0 } },
    });
    await database.db.execute(sql`
      update instances set applied_epoch = epoch, applied_revision = environments.revision
      from environments where environments.id = environment_id`);
    await tick(deps, confirmed);
    expect(await read(confirmed, 'confirmed')).toMatchObject({ state: 'rolled_back' });
    const silent = await start(GATED, 'silent');
    await tripHarm(silent);
    await database.db.execute(sql`update instances set applied_revision = 0`);
    await database.db.execute(sql`
      update releases set step_started_at = now() - interval '6 minutes' where id = ${silent}`);
    await tick(deps, silent);
    const { decisions } = await timeline(silent, 'silent');
    expect(decisions.at(-1)?.sentence).toMatch(/only 0 of 2 instances confirmed/);
  });

  const tripHarm = async (id: string) => {
    await post(id, 1, 'control', { people: 1_900, errors: 10, first: 10_000 });
    await post(id, 1, 'treatment', { people: 20, errors: 15, first: 1 });
    expect(await tripRelease(ctx, id, { lnEMax: 9 })).toBe(true);
  };

  it('discard the decision of a delayed tick after the release has advanced', async () => {
    const id = await start(TIMED);
    const stopped = await gatherScene(database.db, id);
    await ticking(id);
    expect(stopped && (await tickLate(stopped))).toBe('overtaken');
    expect(await read(id)).toMatchObject({ step: 1, phase: 2 });
  });

  it('advance fifty releases once per step on two servers, with a delayed tick', async () => {
    const keys = Array.from({ length: 50 }, (_, index) => `flag-${index}`);
    const ids = new Map<string, string>();
    for (const key of keys) ids.set(key, await start(TIMED, key));
    await report(Date.now() + 60_000);
    const asleep = keys.slice(0, 5).map((key) => gatherScene(ctx.db, ids.get(key) ?? ''));
    const scenes = (await Promise.all(asleep)).filter((scene) => scene !== undefined);
    const servers = [1, 2].map(() => tickerOn());
    for (let round = 0; round < 5; round += 1) {
      await makeDue();
      await Promise.all(servers.map((server) => server.tickDue()));
      expect(await tickLate(scenes[round] as (typeof scenes)[number])).toBe('overtaken');
    }
    for (const [key, id] of ids) {
      const { phases, decisions } = await timeline(id, key);
      expect(phases.map(({ percent }) => percent)).toEqual([1, 5, 25, 50, 100]);
      const rises = decisions.filter(({ action }) => action === 'advance');
      expect(rises).toHaveLength(4);
      expect((await read(id, key)).state).toBe('completed');
    }
  });

  const tickerOn = () => new Ticker({ ...deps, random: () => 0, unwrap: (error) => error });
  const makeDue = () =>
    database.db.execute(sql`
      update releases set next_tick_at = now() where next_tick_at is not null`);

  /** Applies the decision of a tick that was suspended after it had read its data. */
  const tickLate = async (scene: NonNullable<Awaited<ReturnType<typeof gatherScene>>>) => {
    const decision = {
      ...{ action: 'advance' as const, sentence: 'late', holds: [], because: [], bakedMs: 0 },
    };
    const late = { decision, evaluation: {} as never, inputs: {} as never };
    return applyDecision(ctx, scene, late);
  };

  it('lose every race against a kill, and end the release of a killed flag', async () => {
    for (let round = 0; round < 6; round += 1) {
      const key = `race-${round}`;
      const id = await start(TIMED, key);
      await report();
      const input = { flag: key, reason: 'a test' };
      const [kill] = await Promise.allSettled([
        killFlag(ctx, grant, input),
        tick(deps, id),
        commandRelease(ctx, grant, { ...input, command: 'advance', release: id }),
      ]);
      expect(kill.status).toBe('fulfilled');
      const ruleset = await loadRuleset(database.db, grant.environmentId);
      expect(ruleset?.flags[key]?.killed).toBe(true);
      const { percent, state } = await read(id, key);
      await ticking(id, 2);
      expect(await read(id, key)).toMatchObject({ state: 'killed', percent });
      expect(state).not.toBe('completed');
    }
  });

  it('delete counted users ten minutes after the release ends, and keep totals', async () => {
    const id = await start(GATED);
    await post(id, 1, 'treatment', { people: 19, errors: 3, first: 40_000 });
    await command('cancel', id);
    const seen = async () => {
      const rows = await database.db.execute(sql`
        select 1 from release_seen where release_id = ${id}`);
      return rows.length;
    };
    await forgetPeople(database.db);
    expect(await seen()).toBeGreaterThan(19);
    await database.db.execute(sql`
      update releases set ended_at = now() - interval '1 hour' where id = ${id}`);
    await forgetPeople(database.db);
    expect(await seen()).toBe(0);
    const [phase] = (await readReleaseTotals(database.db, id)).phases;
    expect(phase?.units.treatment).toBe(19);
  });

  it('hold while a source fails, roll back after a breach, and advance otherwise', async () => {
    await stageQuery();
    let measurement: Measurement = measurementError('connection refused');
    const asking = { ...deps, measure: async () => measurement };
    const gates = [{ metric: 'queue', action: 'rollback' as const }];
    const id = await start({ ...TIMED, gates });
    const look = async () => {
      await report();
      await tick(asking, id);
      return read(id);
    };
    for (const silence of [measurementError('connection refused'), noData('no series')]) {
      measurement = silence;
      const held = await look();
      expect(held).toMatchObject({ state: 'running', percent: 1 });
      const hold = held.holds.find(({ metric }) => metric === 'queue');
      expect(hold?.message).toContain(silence.message);
    }
    measurement = measured(3);
    expect(await look()).toMatchObject({ percent: 5 });
    measurement = { ...measured(99), status: 'BREACH' };
    expect(await look()).toMatchObject({ state: 'running', percent: 5 });
    expect(await look()).toMatchObject({ state: 'rolling_back', percent: 0 });
    const { decisions } = await timeline(id);
    expect(decisions.at(-1)?.sentence).toMatch(/queue is beyond its limit at 99/);
  });

  const stageQuery = async () => {
    const definition = {
      ...{ kind: 'query', source: 'prom', query: 'queue', op: '>', value: 50, k: 2, n: 3 },
      ...{ onNoData: 'hold', graceSeconds: 900 },
    };
    await database.db.execute(sql`
      insert into sources (id, project_id, key, name, kind, url)
      values (${`s-${projects}`}, ${grant.projectId}, 'prom', 'prom', 'prometheus',
        'http://prom')`);
    await database.db.execute(sql`
      insert into metrics (id, project_id, key, name, definition) values
        (${`m-${projects}`}, ${grant.projectId}, 'queue', 'queue',
          ${JSON.stringify(definition)}::json)`);
  };

  it('claim each release for one server only', async () => {
    const id = await start(TIMED);
    const claim = () => claimDueReleases(database.db, 500);
    const claims = await Promise.all([claim(), claim()]);
    expect(claims.flat().filter((claimed) => claimed === id)).toHaveLength(1);
  });

  it('request an approval after all other conditions, and reject an earlier one', async () => {
    const steps = (TIMED.steps ?? []).map((step, index) => ({ ...step, approval: index === 0 }));
    const id = await start({ ...TIMED, steps });
    const approve = () => command('approve', id);
    await expect(approve()).rejects.toThrow(AppError);
    await ticking(id);
    expect(await read(id)).toMatchObject({ awaitsApproval: true, percent: 1 });
    await approve();
    await ticking(id);
    expect(await read(id)).toMatchObject({ awaitsApproval: false, percent: 5 });
  });

  it('start a scheduled release at its time, after its approval', async () => {
    const startAt = new Date(Date.now() + 3_600_000).toISOString();
    const id = await start({ ...TIMED, startAt, startApproval: true });
    await ticking(id);
    expect(await read(id)).toMatchObject({ state: 'scheduled', percent: 0, step: -1 });
    await database.db.execute(sql`
      update releases set start_at = now() - interval '1 second' where id = ${id}`);
    await ticking(id);
    expect(await read(id)).toMatchObject({ state: 'scheduled', awaitsApproval: true });
    await command('approve', id);
    await ticking(id);
    expect(await read(id)).toMatchObject({ state: 'running', percent: 1, step: 0, phase: 1 });
  });

  it('keep the percentage of a paused release', async () => {
    const id = await start(TIMED);
    await command('pause', id);
    await ticking(id, 3);
    expect(await read(id)).toMatchObject({ state: 'paused', pauseReason: 'manual', percent: 1 });
  });

  it('hold a release with corrupt data, and pause it at the third failure', async () => {
    const id = await start(GATED);
    await database.db.execute(sql`
      update releases set frozen = '{"segment":1}'::json where id = ${id}`);
    const ticker = tickerOn();
    const states: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      await makeDue();
      await ticker.tickDue();
      states.push((await read(id)).state);
    }
    expect(states).toEqual(['running', 'running', 'paused']);
    expect(await read(id)).toMatchObject({ pauseReason: 'error', percent: 1 });
  });
});
