import { and, eq, lte, sql } from 'drizzle-orm';
import { ulid } from 'ulid';
import { SYSTEM } from '../domain/actor.js';
import { recordAudit } from './audit-store.js';
import type { Db } from './db.js';
import { REVISION_CHANNEL } from './revision-store.js';
import { environments } from './schema/index.js';

export interface EnvironmentPosition {
  readonly environmentId: string;
  readonly projectId: string;
  readonly epoch: string;
  readonly revision: number;
}

/** Lists the epoch and revision of every environment; cheap enough to run once a second. */
export async function listPositions(db: Db): Promise<readonly EnvironmentPosition[]> {
  return db
    .select({
      environmentId: environments.id,
      projectId: environments.projectId,
      epoch: environments.epoch,
      revision: environments.revision,
    })
    .from(environments);
}

export interface LostHistory {
  readonly environmentId: string;
  /** The epoch of which a reader has seen more than the database holds. */
  readonly epoch: string;
  /** The highest revision known to have been seen. */
  readonly seenRevision: number;
  /** How the loss was detected, for the audit entry. */
  readonly reason: string;
}

/**
 * Starts a new history where the database has lost some of the old one; otherwise SDKs that had
 * seen it would refuse everything, kills included. Returns false when another server was first or
 * the database has caught up.
 */
export async function renewEpoch(db: Db, lost: LostHistory): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [renewed] = await tx
      .update(environments)
      .set({ epoch: ulid(), revisedAt: sql`clock_timestamp()` })
      .where(
        and(
          eq(environments.id, lost.environmentId),
          eq(environments.epoch, lost.epoch),
          lte(environments.revision, lost.seenRevision),
        ),
      )
      .returning();
    if (!renewed) return false;
    await recordAudit(tx, {
      actor: SYSTEM,
      requestId: 'revision-feed',
      projectId: renewed.projectId,
      environmentId: renewed.id,
      action: 'environment.renewEpoch',
      target: { type: 'environment', key: renewed.key },
      before: { epoch: lost.epoch },
      after: { epoch: renewed.epoch },
      reason: lost.reason,
      revision: renewed.revision,
    });
    await tx.execute(sql`select pg_notify(${REVISION_CHANNEL}, '')`);
    return true;
  });
}
