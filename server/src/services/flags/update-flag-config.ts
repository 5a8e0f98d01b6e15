import type { FieldError } from '@sluice/sdk/protocol';
import { isSame } from '../../domain/changed-fields.js';
import { AppError } from '../../domain/errors.js';
import { warningsOfConfig } from '../../domain/flag-warnings.js';
import type { EnvironmentGrant } from '../../domain/grant.js';
import { conflict, versionStale } from '../../domain/refusals.js';
import {
  type RunningRelease,
  refusalOfEdit,
  withCurrentPercent,
} from '../../domain/releases/managed-edit.js';
import { rulesAsWritten } from '../../domain/releases/managed-rule.js';
import { isActive } from '../../domain/releases/release.js';
import type { Tx } from '../../store/db.js';
import {
  type FlagConfigChange,
  type FlagConfigRow,
  lockFlagConfig,
  saveFlagConfig,
} from '../../store/flag-config-store.js';
import { findFlag } from '../../store/flag-store.js';
import { lockProject } from '../../store/project-store.js';
import {
  type FlagConfigView,
  readFlagConfig,
  toFlagConfigView,
} from '../../store/read-models/flag-config-view.js';
import { listPercents, lockOpenRelease, type ReleaseRow } from '../../store/release-store.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';
import {
  type AudiencePhase,
  beginAudiencePhase,
  recordAudiencePhase,
  withAudiencePhase,
} from '../releases/audience-phase.js';
import { endKilledRelease } from '../releases/end-killed-release.js';
import { assertConfigValid } from '../rulesets/assert-config-valid.js';
import { assertRulesetFits } from '../rulesets/assert-ruleset-fits.js';

export interface UpdateFlagConfig extends FlagConfigChange {
  readonly flag: string;
  /** The version that the editor saw. */
  readonly version: number;
}

/** The saved config, with warnings about valid input that is probably a mistake. */
export type SavedFlagConfig = FlagConfigView & { readonly warnings: readonly FieldError[] };

/** While a release manages a rule, an edit of the managed part fails, and others begin a phase. */
export async function updateFlagConfig(
  ctx: Ctx,
  grant: EnvironmentGrant<'flag:write'>,
  input: UpdateFlagConfig,
): Promise<SavedFlagConfig> {
  const { flag: key, version, ...asked } = input;
  return inTransaction(ctx, async (tx) => {
    await lockProject(tx, grant);
    const flag = await findFlag(tx, grant, key);
    const locked = await lockFlagConfig(tx, grant, flag);
    const before = toFlagConfigView(grant, key, locked);
    if (locked.version !== version) throw versionStale('flag', key, version, before);
    if (flag.archivedAt) throw conflict(`flag "${key}" is archived; unarchive it to change it`);
    const row = await endKilledRelease(tx, ctx, grant, flag, locked);
    const running = await lockRunning(tx, grant, row);
    const change = allowedChange(row, asked, running);
    await assertConfigValid(tx, grant, flag, change);
    const warnings = warningsOfConfig(change);
    if (isUnchanged(row, change)) return { ...before, warnings };
    const phase = running && (await beginAudiencePhase(tx, running.release, changedBy(ctx)));
    const saved = phase === null ? change : managedChange(row, change, phase);
    await saveFlagConfig(tx, grant, flag.id, { ...saved, updatedBy: ctx.actor.name });
    if (sizeOf(saved) > sizeOf(row)) await assertRulesetFits(tx, grant, [grant.environmentId]);
    const after = await readFlagConfig(tx, grant, key);
    const revision = await record(tx, ctx, grant, { key, before, after });
    if (phase !== null) {
      await recordAudiencePhase(tx, ctx, grant, { flag, config: row }, { ...phase, revision });
    }
    return { ...after, warnings };
  });
}

interface Running extends RunningRelease {
  readonly release: ReleaseRow;
}

/** Locks the release that manages a rule of this config; null when there is none. */
async function lockRunning(
  tx: Tx,
  grant: EnvironmentGrant,
  config: FlagConfigRow,
): Promise<Running | null> {
  const release = await lockOpenRelease(tx, grant, config.flagId);
  if (!release || !isActive(release.state)) return null;
  const { ruleId, percent } = release;
  const percents = [...(await listPercents(tx, release.id)), percent];
  return { release, ruleId, percent, percents };
}

interface Recorded {
  readonly key: string;
  readonly before: FlagConfigView;
  readonly after: FlagConfigView;
}

async function record(
  tx: Tx,
  ctx: Ctx,
  grant: EnvironmentGrant,
  { key, before, after }: Recorded,
): Promise<number | null> {
  const [revision] = await recordChange(tx, ctx, grant, {
    action: 'flag.configure',
    target: { type: 'flag', key },
    before,
    after,
    environmentId: grant.environmentId,
    revises: [grant.environmentId],
    touched: { flagKeys: [key] },
  });
  return revision?.revision ?? null;
}

function changedBy(ctx: Ctx): string {
  return `Who the flag is for was changed by ${ctx.actor.name}`;
}

/** Keeps the current percentage of the release, even if the editor still had an earlier one. */
function allowedChange(
  row: FlagConfigRow,
  change: FlagConfigChange,
  running: Running | null,
): FlagConfigChange {
  if (running === null) return change;
  const refusal = refusalOfEdit(row, change, running);
  if (refusal !== null) throw new AppError('RELEASE_ACTIVE', `a release is running: ${refusal}`);
  return { ...change, rules: withCurrentPercent(change.rules, running) };
}

function managedChange(
  row: FlagConfigRow,
  change: FlagConfigChange,
  phase: AudiencePhase,
): FlagConfigChange {
  return { ...change, rules: withAudiencePhase(change.rules, row.rules, phase) };
}

function isUnchanged(row: FlagConfigRow, change: FlagConfigChange): boolean {
  const written = { ...row, rules: rulesAsWritten(row.rules) };
  return Object.entries(change).every(([name, value]) =>
    isSame(written[name as keyof FlagConfigChange], value),
  );
}

/** Dragging a slider keeps the size, so the whole ruleset is measured only after growth. */
function sizeOf({ parent, rules }: FlagConfigChange): number {
  return JSON.stringify([parent, rules]).length;
}
