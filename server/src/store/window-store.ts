import { and, asc, eq, sql } from 'drizzle-orm';
import type { Grant } from '../domain/grant.js';
import { alreadyExists, notFound } from '../domain/refusals.js';
import { mayRise, RELEASE_STATES } from '../domain/releases/release.js';
import type { WindowRule } from '../domain/windows/windows.js';
import type { Db, Tx } from './db.js';
import { nameReleases } from './release-users.js';
import { releases, windows } from './schema/index.js';
import { refuseDuplicate } from './unique-violation.js';

export type WindowRow = typeof windows.$inferSelect;
export type WindowChange = Omit<WindowRow, 'id' | 'projectId' | 'key' | 'version' | 'createdAt'>;

export async function insertWindow(
  tx: Tx,
  grant: Grant,
  window: WindowChange & Pick<WindowRow, 'id' | 'key'>,
): Promise<void> {
  await refuseDuplicate(
    tx.insert(windows).values({ ...window, projectId: grant.projectId }),
    'windows_key_unique',
    () => alreadyExists('window', window.key),
  );
}

export async function lockWindow(tx: Tx, grant: Grant, key: string): Promise<WindowRow> {
  const [row] = await tx.select().from(windows).where(isWindow(grant, key)).for('update');
  if (!row) throw notFound('window', key);
  return row;
}

export async function saveWindow(
  tx: Tx,
  grant: Grant,
  key: string,
  change: WindowChange,
): Promise<void> {
  await tx
    .update(windows)
    .set({ ...change, version: sql`${windows.version} + 1` })
    .where(isWindow(grant, key));
}

export async function deleteWindowRow(tx: Tx, grant: Grant, key: string): Promise<void> {
  await tx.delete(windows).where(isWindow(grant, key));
}

/** Every window and freeze of a project, in the form that the rules understand. */
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

/** Releases that may still rise, and only inside this window, in words. */
export async function listReleasesWithin(
  tx: Tx,
  grant: Grant,
  key: string,
): Promise<readonly string[]> {
  const isWithin = sql`(${releases.plan} -> 'windows')::jsonb @> to_jsonb(${key}::text)`;
  return nameReleases(tx, grant, RELEASE_STATES.filter(mayRise), isWithin);
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

function isWindow(grant: Grant, key: string) {
  return and(eq(windows.projectId, grant.projectId), eq(windows.key, key));
}
