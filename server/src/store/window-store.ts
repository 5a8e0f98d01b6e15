import { asc, eq, sql } from 'drizzle-orm';
import type { Grant } from '../domain/grant.js';
import { mayRise, RELEASE_STATES } from '../domain/releases/release.js';
import type { WindowRule } from '../domain/windows/windows.js';
import { type Bumped, collectionStore, type Owned } from './collection-store.js';
import type { Db, Tx } from './db.js';
import { nameReleases } from './release-users.js';
import { releases, windows } from './schema/index.js';

type WindowRow = typeof windows.$inferSelect;
export type WindowFields = Omit<WindowRow, 'id' | 'projectId' | 'key' | 'version' | 'createdAt'>;

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

export const windowStore = collectionStore({
  noun: 'window',
  table: windows,
  select: (db) => db.select().from(windows).$dynamic(),
  insert: (tx, row: WindowFields & Owned) => tx.insert(windows).values(row),
  update: (tx, change: WindowFields & Bumped) => tx.update(windows).set(change),
  viewer: () => toView,
});

/** Lists all windows and freezes of a project in the form that the domain rules use. */
export async function listWindowRules(
  db: Db | Tx,
  projectId: string,
): Promise<readonly WindowRule[]> {
  const rows = await db
    .select()
    .from(windows)
    .where(eq(windows.projectId, projectId))
    .orderBy(asc(sql`${windows.key} collate "C"`));
  return rows.map(toWindowRule);
}

/** Names the releases that may still raise exposure, but only inside this window. */
export async function listReleasesWithin(
  tx: Tx,
  grant: Grant,
  key: string,
): Promise<readonly string[]> {
  const isWithin = sql`(${releases.plan} -> 'windows')::jsonb @> to_jsonb(${key}::text)`;
  return nameReleases(tx, grant, RELEASE_STATES.filter(mayRise), isWithin);
}

function toView(row: WindowRow): WindowView {
  const { id: _, projectId: __, ...rest } = row;
  return {
    ...rest,
    startsAt: row.startsAt?.toISOString() ?? null,
    endsAt: row.endsAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}

function toWindowRule(row: WindowRow): WindowRule {
  const { key, name, environments: bound } = row;
  if (row.kind === 'freeze') {
    const startsAt = row.startsAt?.getTime() ?? 0;
    const endsAt = row.endsAt?.getTime() ?? null;
    return { kind: 'freeze', key, name, environments: bound, startsAt, endsAt };
  }
  const { timeZone, days, opens, closes } = row;
  return {
    ...{ kind: 'window', key, name, environments: bound },
    timeZone: timeZone ?? 'UTC',
    days: days ?? [],
    opens: opens ?? '00:00',
    closes: closes ?? '00:00',
  };
}
