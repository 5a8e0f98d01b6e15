import type { Condition } from '@sluice/sdk/core';
import { and, eq } from 'drizzle-orm';
import type { Grant } from '../../domain/grant.js';
import { notFound } from '../../domain/refusals.js';
import { findSegmentUsers, type SegmentUsers } from '../../domain/segment-users.js';
import type { Db, Tx } from '../db.js';
import { listConfigsMentioning } from '../flag-config-store.js';
import { segments } from '../schema/index.js';
import { listSegments } from '../segment-store.js';
import { mapPage, type Page, type PageQuery, pageByKey } from './page.js';

export interface SegmentView {
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly when: Condition;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly usedBy: SegmentUsers;
}

type SegmentRow = typeof segments.$inferSelect;

export async function readSegment(db: Db | Tx, grant: Grant, key: string): Promise<SegmentView> {
  const [row] = await db
    .select()
    .from(segments)
    .where(and(eq(segments.projectId, grant.projectId), eq(segments.key, key)));
  if (!row) throw notFound('segment', key);
  return toSegmentView(row, await readSegmentUsers(db, grant, [key]));
}

export async function pageOfSegments(
  db: Db,
  grant: Grant,
  query: PageQuery,
): Promise<Page<SegmentView>> {
  const isOwn = eq(segments.projectId, grant.projectId);
  const page = await pageByKey(db.select().from(segments).$dynamic(), segments.key, isOwn, query);
  const users = await readSegmentUsers(
    db,
    grant,
    page.items.map((row) => row.key),
  );
  return mapPage(page, (row) => toSegmentView(row, users));
}

/** Who names these segments, archived flags included. */
export async function readSegmentUsers(
  db: Db | Tx,
  grant: Grant,
  keys: readonly string[],
): Promise<ReadonlyMap<string, SegmentUsers>> {
  const [only] = keys;
  if (only === undefined) return new Map();
  const configs = await listConfigsMentioning(db, grant, keys.length === 1 ? only : null);
  return findSegmentUsers(keys, configs, await listSegments(db, grant));
}

function toSegmentView(row: SegmentRow, users: ReadonlyMap<string, SegmentUsers>): SegmentView {
  return {
    key: row.key,
    name: row.name,
    description: row.description,
    when: row.when,
    version: row.version,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    usedBy: users.get(row.key) ?? { flags: [], segments: [] },
  };
}
