import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { and, eq, sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds, withDatabase } from '../../../../test/support/database.js';
import { type AnyGrant, contextOn, grantOnNewProject } from '../../../../test/support/verbs.js';
import type { PlanInput } from '../../domain/releases/plan-input.js';
import { measured } from '../../domain/sources/measurement.js';
import { createLog } from '../../log.js';
import { readDecisionRow, toDecisionDetails } from '../../store/read-models/release-timeline.js';
import { readRelease } from '../../store/read-models/release-view.js';
import { decisions } from '../../store/schema/index.js';
import { tick } from '../../ticker/tick.js';
import type { Ctx } from '../context.js';
import { createFlag } from '../flags/create-flag.js';
import { createRelease } from './create-release.js';
import { verifyDecision } from './verify-decision.js';

const PLAN: PlanInput = {
  steps: [1, 5, 100].map((percent) => ({
    ...{ percent, minBakeSeconds: 0, minUnits: 0 },
    advance: 'guard' as const,
  })),
  gates: [],
  warmUpSeconds: 0,
};

/** Renames as in earlier versions: a round is a segment, and pinned gates are frozen. */
const asBefore = (text: string) =>
  text.replaceAll('"round":', '"segment":').replaceAll('"pinned":', '"frozen":');

describe.each(databaseKinds)('a stored decision on %s', (kind) => {
  const database = withDatabase(kind);
  let ctx: Ctx;
  let grant: AnyGrant;
  let release: string;

  const look = async () => {
    await database.db.execute(sql`
      insert into instances (environment_id, id, service, through)
      values (${grant.environmentId}, 'i1', 'shop', now())
      on conflict (environment_id, id) do update set through = now(), last_seen_at = now()`);
    const log = createLog({ level: 'silent' });
    await tick({ ctx, log, measure: async () => measured(1) }, release);
    return readRelease(database.db, grant, 'flag', release);
  };
  const verify = (version: number) =>
    verifyDecision(ctx, grant, { flag: 'flag', release, version });
  const readRow = (version: number) =>
    readDecisionRow(database.db, grant, 'flag', { release, version });
  /** Replaces the inputs of a decision, and stores the hash of `hashed` with them. */
  const store = async (version: number, text: string, hashed = text) => {
    const inputsHash = createHash('sha256').update(hashed).digest('hex');
    await database.db
      .update(decisions)
      .set({ inputs: gzipSync(text), inputsHash })
      .where(and(eq(decisions.releaseId, release), eq(decisions.version, version)));
  };

  beforeAll(async () => {
    ctx = { ...contextOn(database.db), now: () => new Date() };
    grant = await grantOnNewProject(ctx, 'project');
    await createFlag(ctx, grant, { key: 'flag' });
    release = await createRelease(ctx, grant, { flag: 'flag', plan: PLAN, start: true });
  });

  it('is reproduced from the inputs of this version and of an earlier one', async () => {
    const { version, percent } = await look();
    expect(percent).toBe(5);
    expect(await verify(version)).toMatchObject({ same: true, stored: { action: 'advance' } });
    const { inputs } = await readRow(version);
    const text = gunzipSync(inputs ?? '').toString('utf8');
    expect(asBefore(text)).not.toBe(text);
    await store(version, asBefore(text));
    expect(await verify(version)).toMatchObject({ same: true });
    const details = toDecisionDetails(await readRow(version));
    expect(JSON.stringify(details.inputs)).toBe(asBefore(text));
  });

  it('differs after a change of its inputs', async () => {
    const { version } = await readRelease(database.db, grant, 'flag', release);
    const text = JSON.stringify(toDecisionDetails(await readRow(version)).inputs);
    await store(version, text.replace('"bakedMs":0', '"bakedMs":1'), text);
    expect(await verify(version)).toMatchObject({ same: false });
    await store(version, text);
    expect(await verify(version)).toMatchObject({ same: true });
  });

  it('counts as the same with another sentence, but not with another action', async () => {
    const { version } = await readRelease(database.db, grant, 'flag', release);
    const { decision: stored } = await readRow(version);
    if (stored === null) throw new Error('this decision was made from numbers');
    const write = (decision: object) =>
      database.db.execute(sql`
        update decisions set decision = ${JSON.stringify(decision)}::json
        where release_id = ${release} and version = ${version}`);
    await write({ ...stored, sentence: 'Went on.' });
    expect(await verify(version)).toMatchObject({ same: true });
    await write({ ...stored, action: 'pause' });
    expect(await verify(version)).toMatchObject({ same: false });
    await write(stored);
  });

  it('continues a release from the state that an earlier version stored', async () => {
    const [row] = await database.db.execute<Record<'frozen' | 'latches' | 'evaluation', object>>(
      sql`select frozen, latches, evaluation from releases where id = ${release}`,
    );
    const before = (name: 'frozen' | 'latches' | 'evaluation') =>
      asBefore(JSON.stringify(row?.[name]));
    await database.db.execute(sql`
      update releases set frozen = ${before('frozen')}::json,
        latches = ${before('latches')}::json, evaluation = ${before('evaluation')}::json
      where id = ${release}`);
    const { evaluation } = await readRelease(database.db, grant, 'flag', release);
    expect(evaluation?.latches.round).toBe(1);
    expect(await look()).toMatchObject({ state: 'final_bake', percent: 100 });
  });
});
