import { and, eq, sql } from 'drizzle-orm';
import type { Grant } from '../domain/grant.js';
import { alreadyExists, notFound } from '../domain/refusals.js';
import type { Db, Tx } from './db.js';
import { segments } from './schema/index.js';
import { refuseDuplicate } from './unique-violation.js';

export type SegmentRow = typeof segments.$inferSelect;
export type SegmentChange = Pick<SegmentRow, 'name' | 'description' | 'when'>;

export async function insertSegment(
  tx: Tx,
  grant: Grant,
  segment: SegmentChange & Pick<SegmentRow, 'id' | 'key'>,
): Promise<void> {
  await refuseDuplicate(
    tx.insert(segments).values({ ...segment, projectId: grant.projectId }),
    'segments_key_unique',
    () => alreadyExists('segment', segment.key),
  );
}

export async function lockSegment(tx: Tx, grant: Grant, key: string): Promise<SegmentRow> {
  const [row] = await tx.select().from(segments).where(isSegment(grant, key)).for('update');
  if (!row) throw notFound('segment', key);
  return row;
}

export async function saveSegment(
  tx: Tx,
  grant: Grant,
  key: string,
  change: SegmentChange,
): Promise<void> {
  await tx
    .update(segments)
    .set({ ...change, version: sql`${segments.version} + 1`, updatedAt: sql`now()` })
    .where(isSegment(grant, key));
}

export async function deleteSegmentRow(tx: Tx, grant: Grant, key: string): Promise<void> {
  await tx.delete(segments).where(isSegment(grant, key));
}

/** Every segment of the project: conditions name each other. */
export async function listSegments(
  db: Db | Tx,
  grant: Grant,
): Promise<readonly Pick<SegmentRow, 'key' | 'when'>[]> {
  return db
    .select({ key: segments.key, when: segments.when })
    .from(segments)
    .where(eq(segments.projectId, grant.projectId));
}

function isSegment(grant: Grant, key: string) {
  return and(eq(segments.projectId, grant.projectId), eq(segments.key, key));
}
