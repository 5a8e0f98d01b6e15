import { and, desc, eq, gte, lte, sql } from 'drizzle-orm';
import type { EnvironmentGrant } from '../../domain/grant.js';
import { labelOfMarker, type MarkerType } from '../../domain/markers/marker.js';
import type { Db, Tx } from '../db.js';
import { markers } from '../schema/index.js';
import { mapPage, type Page, type PageQuery, placeOfCursor, toPage } from './page.js';

export interface MarkerView {
  readonly id: string;
  readonly type: MarkerType;
  readonly service: string;
  readonly version: string;
  readonly label: string;
  readonly commit: string | null;
  readonly url: string | null;
  readonly actor: string | null;
  readonly derived: boolean;
  readonly at: string;
  readonly endAt: string | null;
  readonly createdAt: string;
}

/** What a verdict may name. */
export interface RecentMarker {
  readonly id: string;
  readonly type: MarkerType;
  readonly label: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

export interface MarkerQuery extends PageQuery {
  /** ISO 8601; a marker with an end counts for as long as it lasts. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

const RECENT_MAX = 20;
const BETWEEN_MAX = 500;
const LAST_MOMENT = sql`coalesce(${markers.endAt}, ${markers.at})`;

/** Newest first. */
export async function pageOfMarkers(
  db: Db,
  { environmentId }: EnvironmentGrant,
  { limit, cursor, from, to }: MarkerQuery,
): Promise<Page<MarkerView>> {
  const after = placeOfCursor(cursor);
  const rows = await db
    .select()
    .from(markers)
    .where(
      and(
        eq(markers.environmentId, environmentId),
        from === undefined ? undefined : sql`${LAST_MOMENT} >= ${from}::timestamptz`,
        to === undefined ? undefined : sql`${markers.at} <= ${to}::timestamptz`,
        after === undefined
          ? undefined
          : sql`(${markers.at}, ${markers.id}) < (
              select at, id from markers where id = ${after} and environment_id = ${environmentId}
            )`,
      ),
    )
    .orderBy(desc(markers.at), desc(markers.id))
    .limit(limit + 1);
  return mapPage(
    toPage(rows, limit, (row) => row.id),
    toMarkerView,
  );
}

/** Oldest first, for a timeline. Times are epoch milliseconds. */
export async function readMarkersBetween(
  db: Db | Tx,
  environmentId: string,
  span: { readonly fromMs: number; readonly toMs: number },
): Promise<readonly MarkerView[]> {
  const rows = await db
    .select()
    .from(markers)
    .where(
      and(
        eq(markers.environmentId, environmentId),
        sql`${LAST_MOMENT} >= ${new Date(span.fromMs).toISOString()}::timestamptz`,
        lte(markers.at, new Date(span.toMs)),
      ),
    )
    .orderBy(desc(markers.at), desc(markers.id))
    .limit(BETWEEN_MAX);
  return rows.map(toMarkerView).reverse();
}

/** Newest first: what happened around an environment since then. */
export async function readRecentMarkers(
  db: Db | Tx,
  environmentId: string,
  sinceMs: number,
): Promise<readonly RecentMarker[]> {
  const rows = await db
    .select()
    .from(markers)
    .where(and(eq(markers.environmentId, environmentId), gte(markers.at, new Date(sinceMs))))
    .orderBy(desc(markers.at), desc(markers.id))
    .limit(RECENT_MAX);
  return rows.map((row) => ({
    ...{ id: row.id, type: row.type },
    label: labelOfMarker(row),
    at: row.at.getTime(),
  }));
}

export function toMarkerView(row: typeof markers.$inferSelect): MarkerView {
  const { id, type, service, version, commit, url, actor, derived } = row;
  return {
    ...{ id, type, service, version, label: labelOfMarker(row), commit, url, actor, derived },
    at: row.at.toISOString(),
    endAt: row.endAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}
