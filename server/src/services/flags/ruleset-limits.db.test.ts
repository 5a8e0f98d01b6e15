import { RULESET_BYTES_MAX } from '@sluice/sdk/core';
import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { databaseKinds, withDatabase } from '../../../../test/support/database.js';
import { type AnyGrant, contextOn, grantOnNewProject } from '../../../../test/support/verbs.js';
import { loadRuleset } from '../../store/read-models/ruleset.js';
import { measureRulesets } from '../../store/ruleset-size-store.js';
import type { Ctx } from '../context.js';
import { createSegment, updateSegment } from '../segments/segment-verbs.js';
import { archiveFlag } from './archive-flag.js';
import { createFlag } from './create-flag.js';
import { killFlag } from './kill-flag.js';
import { unarchiveFlag } from './unarchive-flag.js';
import { updateFlag } from './update-flag.js';
import { updateFlagConfig } from './update-flag-config.js';

const config = {
  status: 'conditional' as const,
  parent: null,
  offVariant: 'off',
  onVariant: 'on',
  defaultVariant: 'off',
};

const ruleOf = (characters: number) => ({
  id: 'r',
  when: { attribute: 'a', operator: 'in' as const, values: ['x'.repeat(characters)] },
  serve: { variant: 'on' },
});

/** Statements of this size finish before the timeout even on a busy machine. */
const INSERT_COUNT = 1_000;

/** Inserts `flag-1` and on with a config in each environment: much faster than by verbs. */
async function insertFlags(ctx: Ctx, grant: AnyGrant, count: number): Promise<void> {
  for (let first = 1; first <= count; first += INSERT_COUNT) {
    const last = Math.min(count, first + INSERT_COUNT - 1);
    await ctx.db.execute(sql`
      with made as (
        insert into flags (id, project_id, key, name, type, seed, variants)
        select ${grant.projectId} || n, ${grant.projectId}, 'flag-' || n, 'Flag', 'boolean',
          'flag-' || n, '{"on":true,"off":false}'::json
        from generate_series(${first}::int, ${last}::int) n
        returning id, project_id
      )
      insert into flag_configs
        (project_id, environment_id, flag_id, off_variant, on_variant, default_variant, rules)
      select made.project_id, e.id, made.id, 'off', 'on', 'off',
        '[{"id":"ramp","rollout":{"to":25},"serve":{"variant":"on"}}]'::json
      from made join environments e on e.project_id = made.project_id`);
  }
}

describe.each(databaseKinds)('a ruleset on %s', (kind) => {
  const database = withDatabase(kind);
  let projects = 0;
  const begin = async () => {
    const ctx = contextOn(database.db);
    projects += 1;
    return { ctx, grant: await grantOnNewProject(ctx, `project-${projects}`) };
  };

  it('holds at most 10,000 flags without archived ones', async () => {
    const { ctx, grant } = await begin();
    await insertFlags(ctx, grant, 10_000);
    const refusal = {
      code: 'LIMIT_EXCEEDED',
      message: `project "${grant.projectKey}" would have 10001 flags; it may have at most 10000`,
    };
    await expect(createFlag(ctx, grant, { key: 'new' })).rejects.toMatchObject(refusal);
    await archiveFlag(ctx, grant, { key: 'flag-1' });
    await createFlag(ctx, grant, { key: 'new' });
    await expect(unarchiveFlag(ctx, grant, { key: 'flag-1' })).rejects.toMatchObject(refusal);
    const rules = [ruleOf(100)];
    await updateFlagConfig(ctx, grant, { ...config, flag: 'flag-2', version: 1, rules });
    await killFlag(ctx, grant, { flag: 'flag-2', reason: 'test' });
    const ruleset = await loadRuleset(ctx.db, grant.environmentId);
    expect(Object.keys(ruleset?.flags ?? {})).toHaveLength(10_000);
    expect(ruleset?.flags['flag-2']).toMatchObject({ killed: true, rules });
  });

  it('takes at most 5 MB in each environment, for every change that makes it larger', async () => {
    const { ctx, grant } = await begin();
    for (const key of ['full', 'other']) await createFlag(ctx, grant, { key });
    const fill = (version: number, bytes: number) =>
      updateFlagConfig(ctx, grant, { ...config, flag: 'full', version, rules: [ruleOf(bytes)] });
    await fill(1, RULESET_BYTES_MAX - 20_000);
    await expect(fill(2, RULESET_BYTES_MAX)).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: expect.stringMatching(
        /^the ruleset of environment "production" would take 50\d{5} bytes; .* at most 5000000$/,
      ),
    });
    const long = 'x'.repeat(30_000);
    const when = { attribute: 'a', operator: 'in', values: [long] } as const;
    const variants = { off: '', on: long };
    const tooLarge = { code: 'LIMIT_EXCEEDED' };
    await expect(
      createFlag(ctx, grant, { key: 'new', type: 'string', variants }),
    ).rejects.toMatchObject(tooLarge);
    await expect(createSegment(ctx, grant, { key: 's', when })).rejects.toMatchObject(tooLarge);
    const small = { key: 's', name: 's', description: '', when: { all: [] } };
    await createSegment(ctx, grant, small);
    await expect(updateSegment(ctx, grant, { ...small, version: 1, when })).rejects.toMatchObject(
      tooLarge,
    );
    const definition = {
      ...{ name: 'Text', description: '', tags: [], owner: '', kind: 'release' as const },
      ...{ expectedLifetimeDays: null, clientVisible: false },
    };
    await createFlag(ctx, grant, { key: 'text', type: 'string', variants: { off: '', on: 'y' } });
    await expect(
      updateFlag(ctx, grant, { ...definition, key: 'text', version: 1, variants }),
    ).rejects.toMatchObject(tooLarge);
    await fill(2, 10);
    await createSegment(ctx, grant, { ...small, key: 'large', when });
  });

  it('counts segments that no flag uses yet', async () => {
    const { ctx, grant } = await begin();
    const values = ['x'.repeat(RULESET_BYTES_MAX)];
    const when = { attribute: 'a', operator: 'in', values } as const;
    await expect(createSegment(ctx, grant, { key: 's', when })).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
    });
  });

  it('is measured by the database at its real size or up to 20 % more', async () => {
    const { ctx, grant } = await begin();
    await insertFlags(ctx, grant, 200);
    const when = { attribute: 'naïve', operator: 'in', values: ['zoë', '日本語', '"'] } as const;
    await createSegment(ctx, grant, { key: 's', when });
    await createFlag(ctx, grant, { key: 'text', type: 'string', variants: { a: 'é"\\', b: '' } });
    const rules = [{ id: 'r', when: { segment: 's' }, serve: { variant: 'on' } }];
    const parent = 'flag-2';
    await updateFlagConfig(ctx, grant, { ...config, flag: 'flag-1', version: 1, rules, parent });
    const ruleset = await loadRuleset(ctx.db, grant.environmentId);
    const bytes = Buffer.byteLength(JSON.stringify(ruleset));
    const measured = await ctx.db.transaction((tx) =>
      measureRulesets(tx, grant, [grant.environmentId]),
    );
    const [production] = measured;
    expect(measured).toHaveLength(1);
    expect(production?.bytes).toBeGreaterThanOrEqual(bytes);
    expect(production?.bytes).toBeLessThan(bytes * 1.2);
  });
});
