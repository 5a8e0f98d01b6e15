import { desc, eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { databaseKinds, withDatabase } from '../../../test/support/database.js';
import {
  type AnyGrant,
  contextOn,
  grantOn,
  grantOnNewProject,
} from '../../../test/support/verbs.js';
import { AppError } from '../domain/errors.js';
import { readFlagConfig } from '../store/read-models/flag-config-view.js';
import { loadRuleset } from '../store/read-models/ruleset.js';
import { auditEntries, revisionChanges } from '../store/schema/index.js';
import type { Ctx } from './context.js';
import { createEnvironment } from './environments/create-environment.js';
import { deleteEnvironment } from './environments/delete-environment.js';
import { archiveFlag } from './flags/archive-flag.js';
import { createFlag } from './flags/create-flag.js';
import { killFlag } from './flags/kill-flag.js';
import { restoreFlag } from './flags/restore-flag.js';
import { updateFlagConfig } from './flags/update-flag-config.js';
import { createSegment, updateSegment } from './segments/segment-verbs.js';

const WRITERS = Array.from({ length: 8 }, (_, index) => index);
const config = {
  status: 'conditional' as const,
  parent: null,
  offVariant: 'off',
  onVariant: 'on',
  defaultVariant: 'off',
  rules: [],
};
const ramp = (to: number) => ({ id: 'ramp', rollout: { to }, serve: { variant: 'on' } });

/** The sorted outcomes of concurrent calls: an error code, or null for success. */
async function race(racers: readonly Promise<unknown>[]): Promise<readonly (string | null)[]> {
  const results = await Promise.allSettled(racers);
  return results
    .map((result) => {
      if (result.status === 'fulfilled') return null;
      if (result.reason instanceof AppError) return result.reason.code;
      throw result.reason;
    })
    .sort();
}

describe.each(databaseKinds)('concurrent changes on %s', (kind) => {
  const database = withDatabase(kind);
  let projects = 0;

  const begin = async (...flagKeys: readonly string[]): Promise<{ ctx: Ctx; grant: AnyGrant }> => {
    const ctx = contextOn(database.db);
    projects += 1;
    const grant = await grantOnNewProject(ctx, `project-${projects}`);
    for (const key of flagKeys) await createFlag(ctx, grant, { key });
    return { ctx, grant };
  };

  it('let one of two editors save, and reject the other as stale', async () => {
    const { ctx, grant } = await begin('a');
    const save = (to: number) =>
      updateFlagConfig(ctx, grant, { ...config, flag: 'a', version: 1, rules: [ramp(to)] });
    expect(await race([save(10), save(20)])).toEqual(['VERSION_STALE', null]);
    expect(await readFlagConfig(ctx.db, grant, 'a')).toMatchObject({ version: 2 });
  });

  it('create one item for each key', async () => {
    const { ctx, grant } = await begin();
    const keys = ['new', 'New', 'NEW', 'new'];
    const flags = await race(keys.map((key) => createFlag(ctx, grant, { key })));
    expect(flags).toEqual(['ALREADY_EXISTS', 'ALREADY_EXISTS', 'ALREADY_EXISTS', null]);
    const when = { all: [] };
    const segments = await race(keys.map((key) => createSegment(ctx, grant, { key, when })));
    expect(segments).toEqual(['ALREADY_EXISTS', 'ALREADY_EXISTS', 'ALREADY_EXISTS', null]);
    const environments = await race(keys.map((key) => createEnvironment(ctx, grant, { key })));
    expect(environments).toEqual(['ALREADY_EXISTS', 'ALREADY_EXISTS', 'ALREADY_EXISTS', null]);
    const twins = await race(keys.slice(0, 2).map((key) => grantOnNewProject(ctx, `${key}-twin`)));
    expect(twins).toEqual(['ALREADY_EXISTS', null]);
  });

  it('never create a cycle of parents', async () => {
    const { ctx, grant } = await begin('a', 'b');
    const link = (flag: string, parent: string) =>
      updateFlagConfig(ctx, grant, { ...config, flag, version: 1, parent });
    expect(await race([link('a', 'b'), link('b', 'a')])).toEqual(['VALIDATION_FAILED', null]);
  });

  it('number revisions without gaps', async () => {
    const flags = WRITERS.map((index) => `flag-${index}`);
    const { ctx, grant } = await begin(...flags);
    const staging = await grantOn(ctx, grant.projectKey, 'staging');
    await createSegment(ctx, grant, { key: 's', when: { all: [] } });
    const begun = (await loadRuleset(ctx.db, grant.environmentId))?.revision ?? 0;
    await Promise.all([
      ...flags.map(async (flag, index) => {
        const here = index % 2 === 0 ? grant : staging;
        for (let version = 1; version <= 5; version += 1) {
          await updateFlagConfig(ctx, here, { ...config, flag, version, rules: [ramp(version)] });
          await killFlag(ctx, grant, { flag, reason: 'test' });
          await restoreFlag(ctx, grant, { flag, reason: 'test' });
        }
      }),
      (async () => {
        const segment = { key: 's', name: 's', description: '' };
        for (let version = 1; version <= 5; version += 1) {
          const when = { attribute: 'n', operator: 'in', values: [version] } as const;
          await updateSegment(ctx, grant, { ...segment, version, when });
        }
      })(),
    ]);
    const made = 4 * 5 + 8 * 5 * 2 + 5;
    expect((await loadRuleset(ctx.db, grant.environmentId))?.revision).toBe(begun + made);
    const rows = await ctx.db
      .select({ revision: revisionChanges.revision })
      .from(revisionChanges)
      .where(eq(revisionChanges.environmentId, grant.environmentId))
      .orderBy(revisionChanges.revision);
    expect(rows.map((row) => row.revision)).toEqual(
      Array.from({ length: begun + made }, (_, index) => index + 1),
    );
  });

  it('keep a kill that arrives during an edit', async () => {
    const { ctx, grant } = await begin('a');
    for (let version = 1; version <= 10; version += 1) {
      const edit = { ...config, flag: 'a', version, rules: [ramp(version)] };
      expect(
        await race([
          updateFlagConfig(ctx, grant, edit),
          killFlag(ctx, grant, { flag: 'a', reason: 'test' }),
        ]),
      ).toEqual([null, null]);
      const after = await readFlagConfig(ctx.db, grant, 'a');
      expect(after).toMatchObject({ killed: true, version: version + 1, rules: [ramp(version)] });
      await restoreFlag(ctx, grant, { flag: 'a', reason: 'test' });
    }
  });

  it('never archive a flag that is being killed', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { ctx, grant } = await begin('a');
      const outcome = await race([
        archiveFlag(ctx, grant, { key: 'a' }),
        killFlag(ctx, grant, { flag: 'a', reason: 'test' }),
      ]);
      expect(outcome).toEqual(['CONFLICT', null]);
    }
  });

  it('delete an environment while its flags are killed, without a deadlock', async () => {
    const { ctx, grant } = await begin(...WRITERS.map((index) => `flag-${index}`));
    const outcome = await race([
      ...WRITERS.map((index) => killFlag(ctx, grant, { flag: `flag-${index}`, reason: 'test' })),
      deleteEnvironment(ctx, grant),
    ]);
    expect(outcome.filter((code) => code !== null && code !== 'NOT_FOUND')).toEqual([]);
    await expect(grantOn(ctx, grant.projectKey)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('write one audit entry for a change, and none for a rejected one', async () => {
    const { ctx, grant } = await begin('a');
    await race(
      WRITERS.map((index) =>
        updateFlagConfig(ctx, grant, { ...config, flag: 'a', version: 1, rules: [ramp(index)] }),
      ),
    );
    const entries = await ctx.db
      .select({ action: auditEntries.action, revision: auditEntries.revision })
      .from(auditEntries)
      .where(eq(auditEntries.projectId, grant.projectId))
      .orderBy(desc(auditEntries.id));
    expect(entries).toEqual([
      { action: 'flag.configure', revision: 2 },
      { action: 'flag.create', revision: null },
      { action: 'project.create', revision: null },
    ]);
  });
});
