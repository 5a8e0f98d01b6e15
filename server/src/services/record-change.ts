import { recordAudit } from '../store/audit-store.js';
import type { Tx } from '../store/db.js';
import { bumpRevisions, type Revision, type Touched } from '../store/revision-store.js';
import type { Grant } from './authorize.js';
import type { Ctx } from './context.js';

export interface Change {
  /** For example `flag.kill`. */
  readonly action: string;
  readonly target: { readonly type: string; readonly key: string };
  readonly before: unknown;
  readonly after: unknown;
  readonly reason?: string | undefined;
  /** The environment of the change; absent for a change of the whole project. */
  readonly environmentId?: string;
  /** Environments whose ruleset changes; none for a change that SDKs never see. */
  readonly revises?: readonly string[];
  readonly touched?: Touched;
}

/** Writes new revisions and the audit entry. Every verb calls it last in its transaction. */
export async function recordChange(
  tx: Tx,
  ctx: Ctx,
  grant: Grant,
  change: Change,
): Promise<readonly Revision[]> {
  const revisions = await bumpRevisions(tx, change.revises ?? [], change.touched ?? {});
  const own = revisions.find((revision) => revision.environmentId === change.environmentId);
  await recordAudit(tx, {
    actor: ctx.actor,
    requestId: ctx.requestId,
    projectId: grant.projectId,
    environmentId: change.environmentId ?? null,
    action: change.action,
    target: change.target,
    before: change.before,
    after: change.after,
    reason: change.reason,
    revision: own?.revision,
  });
  return revisions;
}
