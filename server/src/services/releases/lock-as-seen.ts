import type { Tx } from '../../store/db.js';
import { lockFlagConfig } from '../../store/flag-config-store.js';
import type { TickSubject } from '../../store/read-models/tick-scene.js';
import { lockRelease, type ReleaseRow } from '../../store/release-store.js';
import { systemGrant } from './system-grant.js';
import type { MoveSubject } from './write-move.js';

/** The row as the tick read it, locked; null when anything has changed since. */
export async function lockAsSeen(tx: Tx, seen: TickSubject): Promise<MoveSubject | null> {
  const grant = systemGrant(seen);
  const config = await lockFlagConfig(tx, grant, seen.flag);
  const release = await lockRelease(tx, grant, seen.flag.id, seen.release.id);
  if (!release || !isSameLook(release, seen.release)) return null;
  return { flag: seen.flag, config, release };
}

function isSameLook(row: ReleaseRow, seen: ReleaseRow): boolean {
  return row.version === seen.version && row.lastTickAt?.getTime() === seen.lastTickAt?.getTime();
}
