import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds, withDatabase } from '../../../test/support/database.js';
import { type AnyGrant, contextOn, grantOnNewProject } from '../../../test/support/verbs.js';
import type { PlanInput } from '../domain/releases/plan-input.js';
import { measured } from '../domain/sources/measurement.js';
import { createLog } from '../log.js';
import type { Ctx } from '../services/context.js';
import { createFlag } from '../services/flags/create-flag.js';
import { killFlag } from '../services/flags/kill-flag.js';
import { restoreFlag } from '../services/flags/restore-flag.js';
import { commandRelease } from '../services/releases/command-release.js';
import { createRelease } from '../services/releases/create-release.js';
import { previewRelease } from '../services/releases/preview-release.js';
import { readRelease } from '../store/read-models/release-view.js';
import { tick } from './tick.js';

const PLAN: PlanInput = {
  steps: [1, 5, 25, 100].map((percent) => ({
    ...{ percent, minBakeSeconds: 0, minUnits: 0 },
    advance: 'guard' as const,
  })),
  ...{ gates: [], finalBakeSeconds: 0, tickSeconds: 1, warmUpSeconds: 0 },
};
const REASON = { reason: 'a test' };

describe.each(databaseKinds)('the release of a flag with parents on %s', (kind) => {
  const database = withDatabase(kind);
  let ctx: Ctx;
  let grant: AnyGrant;
  let projects = 0;

  beforeEach(async () => {
    ctx = { ...contextOn(database.db), now: () => new Date() };
    projects += 1;
    grant = await grantOnNewProject(ctx, `project-${projects}`);
    for (const key of ['shop', 'basket', 'coupon']) await createFlag(ctx, grant, { key });
    await set('shop', sql`status = 'on'`);
    await set('basket', sql`status = 'on', parent = 'shop'`);
    await set('coupon', sql`parent = 'basket'`);
  });

  const set = (flag: string, change: ReturnType<typeof sql>) =>
    database.db.execute(sql`
      update flag_configs set ${change} where environment_id = ${grant.environmentId}
        and flag_id = (select id from flags where project_id = ${grant.projectId}
          and key = ${flag})`);
  const start = (flag: string) => createRelease(ctx, grant, { flag, plan: PLAN, start: true });
  const measure = async () => measured(1);
  const look = async (id: string) => {
    await database.db.execute(sql`
      insert into instances (environment_id, id, service, through)
      values (${grant.environmentId}, 'i1', 'shop', clock_timestamp())
      on conflict (environment_id, id)
        do update set through = clock_timestamp(), last_seen_at = now()`);
    await tick({ ctx, log: createLog({ level: 'silent' }), measure }, id);
    return readRelease(database.db, grant, 'coupon', id);
  };
  const held = (words: string) => ({
    ...{ state: 'running', holds: [{ code: 'DEPENDENCY' }] },
    sentence: expect.stringContaining(words),
  });

  it('holds while a parent is killed or off, and continues automatically afterwards', async () => {
    const id = await start('coupon');
    await killFlag(ctx, grant, { flag: 'shop', ...REASON });
    const words = 'Holding at 1 %: the flag "shop" that it depends on is killed';
    expect(await look(id)).toMatchObject({ ...held(words), percent: 1 });
    await restoreFlag(ctx, grant, { flag: 'shop', ...REASON });
    expect(await look(id)).toMatchObject({ state: 'running', percent: 5, holds: [] });
    await set('basket', sql`status = 'off'`);
    expect(await look(id)).toMatchObject({ ...held('"basket" that it depends on is off') });
    await set('basket', sql`status = 'on'`);
    expect(await look(id)).toMatchObject({ percent: 25 });
  });

  it('holds while a parent is being released, and its preview warns about that', async () => {
    await set('shop', sql`status = 'off'`);
    const above = await start('shop');
    const words = '"shop" that it depends on is being released itself, now at 1 %';
    const sources = { measure, read: measure };
    const asked = { flag: 'coupon', plan: PLAN };
    expect((await previewRelease(ctx, grant, asked, sources)).warnings).toContainEqual({
      pointer: '',
      message: `holds at its first step: the flag ${words}`,
    });
    const id = await start('coupon');
    expect(await look(id)).toMatchObject({ ...held(words), percent: 1 });
    await commandRelease(ctx, grant, {
      command: 'cancel',
      flag: 'shop',
      release: above,
      ...REASON,
    });
    expect(await look(id)).toMatchObject({ state: 'running', percent: 5, holds: [] });
  });
});
