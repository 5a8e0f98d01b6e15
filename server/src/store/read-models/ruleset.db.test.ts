import type { Ruleset } from '@sluice/sdk/core';
import { and, eq } from 'drizzle-orm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { databaseKinds, withDatabase } from '../../../../test/support/database.js';
import {
  type AnyGrant,
  contextOn,
  grantOn,
  grantOnNewProject,
} from '../../../../test/support/verbs.js';
import { AppError } from '../../domain/errors.js';
import type { Ctx } from '../../services/context.js';
import { archiveFlag } from '../../services/flags/archive-flag.js';
import { createFlag } from '../../services/flags/create-flag.js';
import { deleteFlag } from '../../services/flags/delete-flag.js';
import { killFlag } from '../../services/flags/kill-flag.js';
import { restoreFlag } from '../../services/flags/restore-flag.js';
import { unarchiveFlag } from '../../services/flags/unarchive-flag.js';
import { updateFlag } from '../../services/flags/update-flag.js';
import { updateFlagConfig } from '../../services/flags/update-flag-config.js';
import {
  createSegment,
  deleteSegment,
  getSegment,
  updateSegment,
} from '../../services/segments/segment-verbs.js';
import { revisionChanges } from '../schema/index.js';
import { readFlagConfig } from './flag-config-view.js';
import { readFlag } from './flag-view.js';
import { loadChanges, loadRuleset, type RulesetChanges } from './ruleset.js';

const FLAGS = ['a', 'b', 'c'] as const;
const SEGMENTS = ['s', 't'] as const;

interface Edit {
  readonly verb: keyof typeof VERBS;
  readonly flag: string;
  readonly segment: string;
  /** Read as whatever the verb needs. */
  readonly number: number;
}

const DEFINITION = {
  ...{ name: 'Flag', description: '', tags: [], owner: '', kind: 'release' as const },
  ...{ expectedLifetimeDays: null, clientVisible: false },
};

/** So that later edits find something to work on. */
const BEGINNING: readonly Edit[] = [
  { verb: 'createSegment', flag: 'a', segment: 's', number: 1 },
  { verb: 'create', flag: 'a', segment: 's', number: 1 },
  { verb: 'create', flag: 'b', segment: 's', number: 1 },
];

type Apply = (ctx: Ctx, grant: AnyGrant, edit: Edit) => Promise<unknown>;

const VERBS = {
  create: (ctx, grant, { flag, number }) =>
    createFlag(ctx, grant, { key: flag, type: 'number', variants: { off: 0, one: number } }),
  define: async (ctx, grant, { flag: key, number }) => {
    const { version } = await readFlag(ctx.db, grant, key);
    const variants = { off: 0, one: number % 3, ...(number % 2 ? { two: 2 } : {}) };
    return updateFlag(ctx, grant, { ...DEFINITION, key, version, variants });
  },
  configure: async (ctx, grant, { flag, segment, number }) => {
    const { version } = await readFlagConfig(ctx.db, grant, flag);
    const when = number % 3 === 0 ? { when: { segment } } : {};
    const rules = [{ id: 'r', ...when, rollout: { to: number }, serve: { variant: 'one' } }];
    const parent = number % 4 === 0 ? (FLAGS[number % FLAGS.length] ?? null) : null;
    const variants = { offVariant: 'off', onVariant: 'one', defaultVariant: null } as const;
    const change = { status: 'conditional', parent, ...variants, rules } as const;
    return updateFlagConfig(ctx, grant, { flag, version, ...change });
  },
  kill: (ctx, grant, { flag }) => killFlag(ctx, grant, { flag, reason: 'test' }),
  restore: (ctx, grant, { flag }) => restoreFlag(ctx, grant, { flag, reason: 'test' }),
  archive: (ctx, grant, { flag: key }) => archiveFlag(ctx, grant, { key }),
  unarchive: (ctx, grant, { flag: key }) => unarchiveFlag(ctx, grant, { key }),
  remove: (ctx, grant, { flag: key }) => deleteFlag(ctx, grant, { key }),
  createSegment: (ctx, grant, { segment: key, number }) =>
    createSegment(ctx, grant, { key, when: conditionOf(number) }),
  updateSegment: async (ctx, grant, { segment: key, number }) => {
    const { version, name, description } = await getSegment(ctx.db, grant, key);
    const when = conditionOf(number);
    return updateSegment(ctx, grant, { key, version, name, description, when });
  },
  deleteSegment: (ctx, grant, { segment: key }) => deleteSegment(ctx, grant, { key }),
} satisfies Record<string, Apply>;

function conditionOf(number: number) {
  if (number % 5 === 0) return { segment: SEGMENTS[number % SEGMENTS.length] as string };
  return { attribute: 'n', operator: 'lessThan', values: [number] } as const;
}

const edits = fc.array(
  fc.record<Edit>({
    verb: fc.constantFrom(...(Object.keys(VERBS) as (keyof typeof VERBS)[])),
    flag: fc.constantFrom(...FLAGS),
    segment: fc.constantFrom(...SEGMENTS),
    number: fc.nat(100),
  }),
  { minLength: 15, maxLength: 30 },
);

/** What a reader holds after a patch: entries replace whole values, null takes them away. */
function fold(ruleset: Ruleset, changes: RulesetChanges): Ruleset {
  const present = <T>(entries: Readonly<Record<string, T | null>>) =>
    Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== null)) as {
      [key: string]: T;
    };
  return {
    ...ruleset,
    revision: changes.to,
    at: changes.at,
    flags: present({ ...ruleset.flags, ...changes.flags }),
    segments: present({ ...ruleset.segments, ...changes.segments }),
  };
}

describe.each(databaseKinds)('rulesets on %s', (kind) => {
  const database = withDatabase(kind);
  let projects = 0;

  const newProject = async () => {
    const ctx = contextOn(database.db);
    projects += 1;
    const grant = await grantOnNewProject(ctx, `project-${projects}`);
    return { ctx, grant };
  };
  const load = async (grant: AnyGrant): Promise<Ruleset> => {
    const ruleset = await loadRuleset(database.db, grant.environmentId);
    if (!ruleset) throw new Error('there must be a ruleset');
    return ruleset;
  };

  it('is what all changes since any earlier revision make of it', async () => {
    await fc.assert(
      fc.asyncProperty(edits, async (sequence) => {
        const { ctx, grant } = await newProject();
        const seen = [await load(grant)];
        for (const edit of [...BEGINNING, ...sequence]) {
          await VERBS[edit.verb](ctx, grant, edit).catch((error: unknown) => {
            if (!(error instanceof AppError)) throw error;
          });
          seen.push(await load(grant));
        }
        const last = await load(grant);
        for (const earlier of seen) {
          const changes = await loadChanges(database.db, grant.environmentId, earlier.revision);
          if (changes === 'reload') throw new Error('nothing was pruned');
          expect(changes === 'current' ? earlier : fold(earlier, changes)).toEqual(last);
        }
      }),
      { numRuns: 5 },
    );
  });

  it('says what a revision killed, so that SDKs report it at once', async () => {
    const { ctx, grant } = await newProject();
    await createFlag(ctx, grant, { key: 'a' });
    await killFlag(ctx, grant, { flag: 'a', reason: 'test' });
    const changes = await loadChanges(database.db, grant.environmentId, 1);
    expect(changes).toMatchObject({ from: 1, to: 2, killed: true, flags: { a: { killed: true } } });
    const since = await loadChanges(database.db, grant.environmentId, 0);
    expect(since).toMatchObject({ from: 0, to: 2, killed: true });
    await restoreFlag(ctx, grant, { flag: 'a', reason: 'test' });
    const after = await loadChanges(database.db, grant.environmentId, 2);
    expect(after).toMatchObject({ killed: false, flags: { a: { killed: false } } });
  });

  it('is reloaded when the revision is ahead, pruned away, or its environment gone', async () => {
    const { ctx, grant } = await newProject();
    await createFlag(ctx, grant, { key: 'a' });
    await createFlag(ctx, grant, { key: 'b' });
    const changesSince = (revision: number) =>
      loadChanges(database.db, grant.environmentId, revision);
    expect(await changesSince(2)).toBe('current');
    expect(await changesSince(3)).toBe('reload');
    await database.db
      .delete(revisionChanges)
      .where(
        and(
          eq(revisionChanges.environmentId, grant.environmentId),
          eq(revisionChanges.revision, 1),
        ),
      );
    expect(await changesSince(0)).toBe('reload');
    expect(await changesSince(1)).toMatchObject({ from: 1, to: 2, flags: { b: {} } });
    expect(await loadChanges(database.db, 'nowhere', 0)).toBe('reload');
    expect(await loadRuleset(database.db, 'nowhere')).toBeUndefined();
  });

  it('holds nothing of another environment or project', async () => {
    const one = await newProject();
    const other = await newProject();
    await createFlag(one.ctx, one.grant, { key: 'a' });
    const staging = await grantOn(one.ctx, one.grant.projectKey, 'staging');
    await killFlag(one.ctx, one.grant, { flag: 'a', reason: 'test' });
    expect((await load(staging)).flags.a).toMatchObject({ killed: false });
    expect(await load(other.grant)).toMatchObject({ revision: 0, flags: {}, segments: {} });
  });
});
