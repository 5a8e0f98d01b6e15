import type { EnvironmentGrant } from '../../domain/grant.js';
import { readClock } from '../../store/clock.js';
import type { Tx } from '../../store/db.js';
import { lockFlagConfig } from '../../store/flag-config-store.js';
import type { TickSubject } from '../../store/read-models/tick-scene.js';
import { lockRelease, type ReleaseRow } from '../../store/release-store.js';
import { type Ctx, inEssentialTransaction } from '../context.js';
import type { MoveSubject } from './write-move.js';

export interface SeenScene {
  readonly tx: Tx;
  readonly grant: EnvironmentGrant<'release:write'>;
  readonly subject: MoveSubject;
  readonly at: Date;
}

/**
 * Runs `act` in one transaction, for a decision that was made from `seen`. Returns false without a
 * write when the release has changed since, or when the flag is not killed as `ifKilled` expects.
 */
export async function moveAsSeen(
  ctx: Ctx,
  seen: TickSubject,
  act: (scene: SeenScene) => Promise<unknown>,
  { ifKilled = false } = {},
): Promise<boolean> {
  const grant = systemGrant(seen);
  return inEssentialTransaction(ctx, async (tx) => {
    const config = await lockFlagConfig(tx, grant, seen.flag);
    const release = await lockRelease(tx, grant, seen.flag.id, seen.release.id);
    if (!release || !isUnchanged(release, seen.release) || config.killed !== ifKilled) return false;
    const subject = { flag: seen.flag, config, release };
    await act({ tx, grant, subject, at: await readClock(tx) });
    return true;
  });
}

/** The grant of the ticker: a user with permission to start the release has delegated to it. */
export function systemGrant(
  subject: Pick<TickSubject, 'release' | 'projectKey' | 'environmentKey'>,
): EnvironmentGrant<'release:write'> {
  const { release, projectKey, environmentKey } = subject;
  const { projectId, environmentId } = release;
  const scope = { projectId, projectKey, environmentId, environmentKey };
  return scope as EnvironmentGrant<'release:write'>;
}

function isUnchanged(row: ReleaseRow, seen: ReleaseRow): boolean {
  return row.version === seen.version && row.lastTickAt?.getTime() === seen.lastTickAt?.getTime();
}
