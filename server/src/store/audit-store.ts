import type { Actor } from '../domain/actor.js';
import type { Tx } from './db.js';
import { auditEntries } from './schema/index.js';

export interface AuditEntry {
  readonly actor: Actor;
  readonly requestId: string;
  readonly projectId: string | null;
  readonly environmentId: string | null;
  /** Such as `flag.kill`. */
  readonly action: string;
  readonly target: { readonly type: string; readonly key: string };
  readonly before: unknown;
  readonly after: unknown;
  readonly reason?: string | undefined;
  readonly revision?: number | undefined;
}

export async function recordAudit(tx: Tx, entry: AuditEntry): Promise<void> {
  await tx.insert(auditEntries).values({
    projectId: entry.projectId,
    environmentId: entry.environmentId,
    actorKind: entry.actor.kind,
    actorId: entry.actor.id,
    actorName: entry.actor.name,
    action: entry.action,
    targetType: entry.target.type,
    targetKey: entry.target.key,
    before: entry.before ?? null,
    after: entry.after ?? null,
    reason: entry.reason ?? null,
    requestId: entry.requestId,
    revision: entry.revision ?? null,
  });
}
