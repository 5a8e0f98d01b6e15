import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds, withDatabase } from '../../../../test/support/database.js';
import { type AnyGrant, contextOn, grantOnNewProject } from '../../../../test/support/verbs.js';
import { formatDuration } from '../../domain/format.js';
import { evaluateGates } from '../../domain/gates/evaluate-gates.js';
import { holdsOf } from '../../domain/releases/holds.js';
import type { PlanInput } from '../../domain/releases/plan-input.js';
import { RELEASE_STATES } from '../../domain/releases/release.js';
import { createFlag } from '../../services/flags/create-flag.js';
import { createRelease } from '../../services/releases/create-release.js';
import { gatherScene } from '../../services/releases/gather-scene.js';
import { readRelease } from './release-view.js';

const PLAN: PlanInput = {
  steps: [{ percent: 5, minBakeSeconds: 600, advance: 'guard' }, { percent: 100 }],
  gates: [],
  finalBakeSeconds: 86_400,
};
const POSITIONS = RELEASE_STATES.flatMap((state) => [-1, 0, 1].map((step) => ({ state, step })));

describe.each(databaseKinds)('the view of a release on %s', (kind) => {
  const database = withDatabase(kind);
  let grant: AnyGrant;
  let id: string;

  beforeAll(async () => {
    const ctx = contextOn(database.db);
    grant = await grantOnNewProject(ctx, 'project');
    await createFlag(ctx, grant, { key: 'flag' });
    id = await createRelease(ctx, grant, { flag: 'flag', plan: PLAN, start: true });
  });

  /** The bake that the controller waits for before it raises exposure. */
  const bakeOfController = async () => {
    const scene = await gatherScene(database.db, id);
    if (scene === undefined) throw new Error('the release does not exist');
    const { status, facts, totals, pinned, latches } = scene;
    const evaluation = evaluateGates(totals, pinned, latches, { step: status.step });
    const unbaked = { ...status, bakedMs: 0 };
    const holds = holdsOf(unbaked, { ...facts, evaluation, ticked: [] });
    return holds.find(({ code }) => code === 'BAKE')?.message;
  };

  it.each(POSITIONS)('shows the bake of the controller when $state at step $step', async (at) => {
    await database.db.execute(sql`update releases set state = ${at.state}, step = ${at.step}::int`);
    const { bakeNeededMs } = await readRelease(database.db, grant, 'flag', id);
    const shown = `observed for 0 s of ${formatDuration(bakeNeededMs)}`;
    expect(await bakeOfController()).toBe(bakeNeededMs === 0 ? undefined : shown);
  });
});
