import type { Condition } from '@sluice/sdk/core';
import { eq } from 'drizzle-orm';
import type { Grant } from '../domain/grant.js';
import { findSegmentUsers, type SegmentUsers } from '../domain/segment-users.js';
import { type Bumped, collectionStore, type Owned } from './collection-store.js';
import type { Db, Tx } from './db.js';
import { listConfigsMentioning } from './flag-config-store.js';
import { segments } from './schema/index.js';

type SegmentRow = typeof segments.$inferSelect;
type SegmentFields = Pick<SegmentRow, 'name' | 'description' | 'when'>;

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

export const segmentStore = collectionStore({
  noun: 'segment',
  table: segments,
  select: (db) => db.select().from(segments).$dynamic(),
  insert: (tx, row: SegmentFields & Owned) => tx.insert(segments).values(row),
  update: (tx, change: SegmentFields & Bumped) => tx.update(segments).set(change),
  async viewer(rows, db, grant) {
    const keys = rows.map(({ key }) => key);
    const users = await readSegmentUsers(db, grant, keys);
    return (row) => toView(row, users.get(row.key));
  },
});

/** Every segment of the project, because their conditions name each other. */
export async function listSegments(
  db: Db | Tx,
  grant: Grant,
): Promise<readonly Pick<SegmentRow, 'key' | 'when'>[]> {
  return db
    .select({ key: segments.key, when: segments.when })
    .from(segments)
    .where(eq(segments.projectId, grant.projectId));
}

/** The flags, archived ones included, and the segments whose conditions name these segments. */
async function readSegmentUsers(
  db: Db | Tx,
  grant: Grant,
  keys: readonly string[],
): Promise<ReadonlyMap<string, SegmentUsers>> {
  const [only] = keys;
  if (only === undefined) return new Map();
  const configs = await listConfigsMentioning(db, grant, keys.length === 1 ? only : null);
  return findSegmentUsers(keys, configs, await listSegments(db, grant));
}

function toView(row: SegmentRow, usedBy: SegmentUsers = { flags: [], segments: [] }): SegmentView {
  const { key, name, description, when, version } = row;
  return {
    ...{ key, name, description, when, version },
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    usedBy,
  };
}
