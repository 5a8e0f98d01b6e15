import type { Condition } from '@sluice/sdk/core';
import { isSame } from '../../domain/changed-fields.js';
import type { Grant } from '../../domain/grant.js';
import { assertValid } from '../../domain/refusals.js';
import {
  problemsOfProposedSegment,
  problemsOfSegmentUsers,
} from '../../domain/segment-problems.js';
import { nameSegmentUsers } from '../../domain/segment-users.js';
import type { Tx } from '../../store/db.js';
import { listConfigsMentioning } from '../../store/flag-config-store.js';
import { listEnvironments, lockProject } from '../../store/project-store.js';
import { listSegments, type SegmentView, segmentStore } from '../../store/segment-store.js';
import { createItem, deleteItem, type Effects, updateItem } from '../collection-verbs.js';
import type { Ctx } from '../context.js';
import {
  beginSegmentPhases,
  nameReleasesFor,
  recordSegmentPhases,
} from '../releases/segment-phases.js';
import { assertRulesetFits } from '../rulesets/assert-ruleset-fits.js';

/** Segments can name each other, so each change of a segment locks the project. */
const segments: typeof segmentStore = {
  ...segmentStore,
  async lock(tx, grant, key) {
    await lockProject(tx, grant);
    return segmentStore.lock(tx, grant, key);
  },
};

export const { get: getSegment, page: pageOfSegments } = segmentStore;

export interface CreateSegment {
  readonly key: string;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly when: Condition;
}

export async function createSegment(
  ctx: Ctx,
  grant: Grant<'segment:write'>,
  { key, name = key, description = '', when }: CreateSegment,
): Promise<SegmentView> {
  return createItem(ctx, grant, segments, {
    key,
    async fields(tx) {
      await lockProject(tx, grant);
      await assertSegmentValid(tx, grant, { key, when });
      return { name, description, when };
    },
    async effects(tx) {
      const revised = await reviseAll(tx, grant, key);
      await assertRulesetFits(tx, grant, revised.revises);
      return revised;
    },
  });
}

export interface UpdateSegment {
  readonly key: string;
  /** The version that the editor saw. */
  readonly version: number;
  readonly name: string;
  readonly description: string;
  readonly when: Condition;
}

/** A new condition revises every environment and starts a phase of each release that it reaches. */
export async function updateSegment(
  ctx: Ctx,
  grant: Grant<'segment:write'>,
  { key, version, name, description, when }: UpdateSegment,
): Promise<SegmentView> {
  return updateItem(ctx, grant, segments, {
    key,
    version,
    async fields(tx, row) {
      if (!isSame(row.when, when)) await assertSegmentValid(tx, grant, { key, when });
      return { name, description, when };
    },
    async effects(tx, row): Promise<Effects> {
      if (isSame(row.when, when)) return {};
      const phases = await beginSegmentPhases(tx, ctx, grant, key);
      const revised = await reviseAll(tx, grant, key);
      await assertRulesetFits(tx, grant, revised.revises);
      const flagKeys = phases.map(({ subject }) => subject.flag.key);
      return {
        ...revised,
        touched: { ...revised.touched, flagKeys },
        onRevised: (revisions) => recordSegmentPhases(tx, ctx, phases, revisions),
      };
    },
  });
}

/** Fails while a flag, archived ones included, another segment or a release's plan names it. */
export async function deleteSegment(
  ctx: Ctx,
  grant: Grant<'segment:write'>,
  { key }: { readonly key: string },
): Promise<void> {
  await deleteItem(ctx, grant, segments, {
    key,
    usedBy: async (tx, { usedBy }) => [
      ...nameSegmentUsers(usedBy),
      ...(await nameReleasesFor(tx, grant, key)),
    ],
    effects: (tx) => reviseAll(tx, grant, key),
  });
}

/** Checks a segment against the segments and rules of the project as they would become. */
async function assertSegmentValid(
  tx: Tx,
  grant: Grant,
  proposed: { readonly key: string; readonly when: Condition },
): Promise<void> {
  const rows = [...(await listSegments(tx, grant)), proposed];
  const conditions = new Map(rows.map(({ key, when }) => [key, when]));
  assertValid(problemsOfProposedSegment(proposed.key, conditions));
  const configs = await listConfigsMentioning(tx, grant, null);
  assertValid(problemsOfSegmentUsers(proposed.key, conditions, configs));
}

/** Segments belong to the project, so a change of one reaches the rulesets of all environments. */
async function reviseAll(tx: Tx, grant: Grant, key: string) {
  const environments = await listEnvironments(tx, grant.projectId);
  return { revises: environments.map(({ id }) => id), touched: { segmentKeys: [key] } };
}
