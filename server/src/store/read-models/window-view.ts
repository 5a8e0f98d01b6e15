import { and, eq } from 'drizzle-orm';
import type { Grant } from '../../domain/grant.js';
import { notFound } from '../../domain/refusals.js';
import type { Db, Tx } from '../db.js';
import { windows } from '../schema/index.js';
import { mapPage, type Page, type PageQuery, pageByKey } from './page.js';

export interface WindowView {
  readonly key: string;
  readonly name: string;
  readonly kind: 'window' | 'freeze';
  readonly environments: readonly string[];
  readonly timeZone: string | null;
  readonly days: readonly number[] | null;
  readonly opens: string | null;
  readonly closes: string | null;
  readonly startsAt: string | null;
  readonly endsAt: string | null;
  readonly version: number;
  readonly createdAt: string;
}

type WindowRow = typeof windows.$inferSelect;

export async function readWindow(db: Db | Tx, grant: Grant, key: string): Promise<WindowView> {
  const [row] = await db
    .select()
    .from(windows)
    .where(and(eq(windows.projectId, grant.projectId), eq(windows.key, key)));
  if (!row) throw notFound('window', key);
  return toWindowView(row);
}

export async function pageOfWindows(
  db: Db,
  grant: Grant,
  query: PageQuery,
): Promise<Page<WindowView>> {
  const isOwn = eq(windows.projectId, grant.projectId);
  const page = await pageByKey(db.select().from(windows).$dynamic(), windows.key, isOwn, query);
  return mapPage(page, toWindowView);
}

function toWindowView(row: WindowRow): WindowView {
  const { id: _, projectId: __, ...rest } = row;
  return {
    ...rest,
    startsAt: row.startsAt?.toISOString() ?? null,
    endsAt: row.endsAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}
