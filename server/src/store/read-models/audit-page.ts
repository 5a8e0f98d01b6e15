import { and, desc, eq, isNull, lt, or } from 'drizzle-orm';
import { type ChangedField, changedFields } from '../../domain/changed-fields.js';
import type { Grant, InstallationGrant } from '../../domain/grant.js';
import type { Db } from '../db.js';
import { auditEntries, environments, projects } from '../schema/index.js';
import { mapPage, numberOfCursor, type Page, type PageQuery, toPage } from './page.js';

export interface AuditEntryView {
  readonly id: number;
  readonly at: string;
  readonly actor: {
    readonly kind: 'user' | 'apiKey' | 'system';
    readonly id: string;
    readonly name: string;
  };
  readonly action: string;
  readonly environment: string | null;
  readonly target: { readonly type: string; readonly key: string };
  readonly before: unknown;
  readonly after: unknown;
  readonly changes: readonly ChangedField[];
  readonly reason: string | null;
  readonly revision: number | null;
  readonly requestId: string;
}

export interface AuditQuery extends PageQuery {
  readonly environment?: string | undefined;
  readonly targetType?: string | undefined;
  readonly targetKey?: string | undefined;
  /** Id or name. */
  readonly actor?: string | undefined;
}

type AuditRow = typeof auditEntries.$inferSelect;

/** Of one project, or of what belongs to none any more; newest first. */
export async function pageOfAudit(
  db: Db,
  grant: Grant<'audit:read'> | InstallationGrant,
  query: AuditQuery,
): Promise<Page<AuditEntryView>> {
  const before = numberOfCursor(query.cursor);
  const rows = await db
    .select({ entry: auditEntries, environmentKey: environments.key })
    .from(auditEntries)
    .leftJoin(environments, eq(environments.id, auditEntries.environmentId))
    .leftJoin(projects, eq(projects.id, auditEntries.projectId))
    .where(
      and(
        'projectId' in grant ? eq(auditEntries.projectId, grant.projectId) : isNull(projects.id),
        before === undefined ? undefined : lt(auditEntries.id, before),
        query.environment === undefined ? undefined : eq(environments.key, query.environment),
        query.targetType === undefined ? undefined : eq(auditEntries.targetType, query.targetType),
        query.targetKey === undefined ? undefined : eq(auditEntries.targetKey, query.targetKey),
        query.actor === undefined ? undefined : isActor(query.actor),
      ),
    )
    .orderBy(desc(auditEntries.id))
    .limit(query.limit + 1);
  const page = toPage(rows, query.limit, ({ entry }) => String(entry.id));
  return mapPage(page, ({ entry, environmentKey }) => toAuditEntryView(entry, environmentKey));
}

function isActor(actor: string) {
  return or(eq(auditEntries.actorId, actor), eq(auditEntries.actorName, actor));
}

function toAuditEntryView(row: AuditRow, environmentKey: string | null): AuditEntryView {
  return {
    id: row.id,
    at: row.at.toISOString(),
    actor: { kind: row.actorKind, id: row.actorId, name: row.actorName },
    action: row.action,
    environment: environmentKey ?? rememberedEnvironment(row.after ?? row.before),
    target: { type: row.targetType, key: row.targetKey },
    before: row.before ?? null,
    after: row.after ?? null,
    changes: changedFields(row.before, row.after),
    reason: row.reason,
    revision: row.revision,
    requestId: row.requestId,
  };
}

/** An environment that is gone lives on in what was written about it. */
function rememberedEnvironment(state: unknown): string | null {
  if (typeof state !== 'object' || state === null || !('environment' in state)) return null;
  return typeof state.environment === 'string' ? state.environment : null;
}
