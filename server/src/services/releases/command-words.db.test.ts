import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds, withDatabase } from '../../../../test/support/database.js';
import { type AnyGrant, contextOn, grantOnNewProject } from '../../../../test/support/verbs.js';
import { AppError } from '../../domain/errors.js';
import type { PlanInput } from '../../domain/releases/plan-input.js';
import { measured } from '../../domain/sources/measurement.js';
import { createLog } from '../../log.js';
import { tick } from '../../ticker/tick.js';
import { readReleaseTotals } from '../../store/read-models/release-totals.js';
import { type ReleaseView, readRelease } from '../../store/read-models/release-view.js';
import { loadRuleset } from '../../store/read-models/ruleset.js';
import type { Ctx } from '../context.js';
import { createFlag } from '../flags/create-flag.js';
import { killFlag } from '../flags/kill-flag.js';
import { restoreFlag } from '../flags/restore-flag.js';
import { changePlan } from './change-plan.js';
import { type CommandRequest, commandRelease } from './command-release.js';
import { createRelease } from './create-release.js';

const PLAN: PlanInput = {
  steps: [1, 5, 25, 100].map((percent) => ({
    ...{ percent, minBakeSeconds: 600, minUnits: 0 },
    advance: 'guard' as const,
  })),
  gates: [{ metric: 'http.errors', action: 'rollback' }],
};
const UNTIL = '2100-01-01T00:00:00.000Z';

describe.each(databaseKinds)('a release after a command on %s', (kind) => {
  const database = withDatabase(kind);
  let ctx: Ctx;
  let grant: AnyGrant;
  let projects = 0;

  beforeEach(async () => {
    ctx = { ...contextOn(database.db), now: () => new Date() };
    projects += 1;
    grant = await grantOnNewProject(ctx, `project-${projects}`);
    await createFlag(ctx, grant, { key: 'flag' });
  });

  const address = (release: string) => ({ flag: 'flag', release, reason: 'a test' });
  const give = (id: string, command: CommandRequest['command'], more: object = {}) =>
    commandRelease(ctx, grant, { ...address(id), command, ...more } as CommandRequest);
  const restart = (id: string, more: object = {}) =>
    give(id, 'restart', { drawNewPeople: false, ...more });
  const create = (plan: PlanInput = PLAN, start = true) =>
    createRelease(ctx, grant, { flag: 'flag', plan, start });
  const read = (id: string) => readRelease(database.db, grant, 'flag', id);
  const rule = async () => {
    const ruleset = await loadRuleset(database.db, grant.environmentId);
    return ruleset?.flags.flag?.rules?.[0];
  };
  /** Runs a tick. No instance reports, so it stores a sentence that the command replaces. */
  const look = async (id: string) => {
    const log = createLog({ level: 'silent' });
    await tick({ ctx, log, measure: async () => measured(1) }, id);
    return read(id);
  };

  const COMMANDS: readonly (readonly [
    name: string,
    sentence: RegExp,
    act: (id: string) => Promise<string>,
    before?: (id: string) => Promise<unknown>,
  ])[] = [
    ['pause', /^Paused .*by /, (id) => give(id, 'pause')],
    ['advance', /^Advanced anyway from 1 % to 5 % by /, (id) => give(id, 'advance')],
    ['hold', /^Held at 1 % until 2100-01-01/, (id) => give(id, 'hold', { until: UNTIL })],
    ['skip-bake', /^The rest of the bake at 1 % was skipped by /, (id) => give(id, 'skip-bake')],
    ['jump', /25 %/, (id) => give(id, 'jump', { step: 2 })],
    ['rollback', /^Rolled back .*by /, (id) => give(id, 'rollback')],
    ['cancel', /^Cancelled .*by /, (id) => give(id, 'cancel')],
    ['restart', /^Started at 1 % by /, (id) => restart(id)],
    ['resume', /^Resumed at 1 %/, (id) => give(id, 'resume'), (id) => give(id, 'pause')],
    [
      'override',
      /^The verdict was overridden by /,
      (id) => give(id, 'override'),
      (id) => verdict(id),
    ],
    [
      'complete',
      /^Completed .*by /,
      (id) => give(id, 'complete'),
      (id) => give(id, 'jump', { step: 3 }),
    ],
    ['approve', / approved going beyond 1 %\.$/, (id) => give(id, 'approve'), (id) => question(id)],
    ['change-plan', /^The plan was changed by /, (id) => change(id, { ...PLAN, tickSeconds: 10 })],
    [
      'change-plan of gates',
      /^The gates were changed by .*; evidence begins anew\.$/,
      (id) => change(id, { ...PLAN, gates: [] }),
    ],
  ];
  const verdict = async (id: string) => {
    await give(id, 'pause');
    await database.db.execute(sql`update releases set pause_reason = 'srm' where id = ${id}`);
  };
  const question = (id: string) =>
    database.db.execute(sql`
      update releases set decision = jsonb_set(decision::jsonb, '{action}', '"await_approval"')::json
      where id = ${id}`);
  const change = async (id: string, plan: PlanInput) => {
    const { version } = await read(id);
    return changePlan(ctx, grant, { ...address(id), version, plan });
  };

  for (const [name, sentence, act, before] of COMMANDS) {
    it(`${name} says at once what was done, and nothing of before`, async () => {
      const id = await create();
      const held = await look(id);
      expect(held).toMatchObject({ sentence: expect.stringContaining('no instance reports') });
      await before?.(id);
      const after = await read(await act(id));
      expect(after).toMatchObject({ sentence: expect.stringMatching(sentence), holds: [] });
      expect(after.awaitsApproval).toBe(false);
    });
  }

  it('describes a kill of the flag at once, though the kill writes no release', async () => {
    const id = await create();
    await look(id);
    await killFlag(ctx, grant, { flag: 'flag', reason: 'a test' });
    expect(await read(id)).toMatchObject({
      ...{ state: 'running', holds: [], awaitsApproval: false },
      sentence: 'The flag was killed: the release ends at its next tick.',
    });
    expect(await look(id)).toMatchObject({
      ...{ state: 'killed', sentence: 'Ended: the flag was killed.' },
    });
  });

  it('describes the start of a draft, and what a scheduled release waits for', async () => {
    const draft = await create(PLAN, false);
    expect(await read(await give(draft, 'start'))).toMatchObject({
      ...{ state: 'running', sentence: expect.stringMatching(/^Started at 1 % by /) },
    });
    await give(draft, 'cancel');
    const waiting = await create({ ...PLAN, startApproval: true });
    const { sentence } = await read(waiting);
    expect(sentence).toMatch(/^Scheduled by .*; waits for an approval\.$/);
    expect((await read(await give(waiting, 'approve'))).sentence).toMatch(/ approved the start\.$/);
  });

  describe('restart', () => {
    const ENDS: readonly (readonly [state: string, end: (id: string) => Promise<unknown>])[] = [
      ['superseded', async () => undefined],
      ['superseded', (id) => give(id, 'pause')],
      ['superseded', (id) => give(id, 'rollback')],
      ['cancelled', (id) => give(id, 'cancel')],
      ['completed', (id) => complete(id)],
      ['killed', (id) => kill(id)],
    ];
    const complete = async (id: string) => {
      await give(id, 'jump', { step: 3 });
      await give(id, 'complete');
    };
    const kill = async (id: string) => {
      await killFlag(ctx, grant, { flag: 'flag', reason: 'a test' });
      await look(id);
      await restoreFlag(ctx, grant, { flag: 'flag', reason: 'a test', release: 'zero' });
    };

    it.each(ENDS)('begins a new release and leaves the old one %s', async (state, end) => {
      const id = await create();
      await give(id, 'advance');
      const seed = (await rule())?.rollout?.seed;
      await end(id);
      const next = await restart(id);
      expect(next).not.toBe(id);
      expect(await read(next)).toMatchObject({
        ...{ state: 'running', step: 0, phase: 1, round: 1, percent: 1, bakedMs: 0 },
        ...{ holds: [], phases: [{ phase: 1, cause: 'step', endedAt: null }] },
      });
      const old = await read(id);
      expect(old).toMatchObject({ state, nextTickAt: null });
      expect(old.phases.every(({ endedAt }: ReleaseView['phases'][number]) => endedAt)).toBe(true);
      expect((await readReleaseTotals(database.db, next)).phases).toMatchObject([
        { phase: 1, units: { treatment: 0, control: 0 } },
      ]);
      const now = await rule();
      expect(now?.release?.id).toBe(next);
      expect(now?.rollout).toMatchObject({ to: 1 });
      expect(now?.rollout?.seed).toBe(seed);
    });

    it('is rejected while another release is open, and while the flag is killed', async () => {
      const first = await create();
      const second = await restart(first);
      await expect(restart(first)).rejects.toMatchObject({ code: 'RELEASE_ACTIVE' });
      expect(await read(second)).toMatchObject({ state: 'running', version: 2 });
      await killFlag(ctx, grant, { flag: 'flag', reason: 'a test' });
      await expect(restart(second)).rejects.toThrow(AppError);
      expect(await read(second)).toMatchObject({ state: 'running', version: 2 });
    });

    it('happens once for one key, and keeps the start percentage of the release', async () => {
      const id = await create({ ...PLAN, rollbackTo: 'start' });
      await give(id, 'advance');
      const again = { idempotencyKey: 'once' };
      const ids = [await restart(id, again), await restart(id, again)];
      expect(ids[0]).toBe(ids[1]);
      const next = ids[0] ?? '';
      expect(await read(next)).toMatchObject({ startPercent: 0 });
      await give(next, 'rollback');
      expect(await read(next)).toMatchObject({ state: 'rolling_back', percent: 0 });
    });
  });
});
