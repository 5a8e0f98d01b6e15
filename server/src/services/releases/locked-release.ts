import type { EnvironmentGrant } from '../../domain/grant.js';
import { conflict, notFound, versionStale } from '../../domain/refusals.js';
import { readClock } from '../../store/clock.js';
import type { Tx } from '../../store/db.js';
import { lockFlagConfig } from '../../store/flag-config-store.js';
import { findFlag } from '../../store/flag-store.js';
import {
  findCommand,
  insertCommand,
  lockRelease,
  type ReleaseRow,
} from '../../store/release-store.js';
import { type Ctx, inEssentialTransaction, inTransaction } from '../context.js';
import { type MoveSubject, refusalOfKilled } from './write-move.js';

export interface ReleaseAddress {
  /** Key of the flag. */
  readonly flag: string;
  readonly release: string;
}

/** Inputs of every change of a release by a user. */
export interface ReleaseRequest extends ReleaseAddress {
  readonly reason?: string | undefined;
  readonly idempotencyKey?: string | undefined;
  /** The version that the caller saw. Any other version is rejected; absent: not checked. */
  readonly version?: number | undefined;
}

/** An idempotency key is valid for one command only. */
export interface KeyedCommand {
  readonly command: string;
  readonly idempotencyKey?: string | undefined;
}

interface LockedRequest extends ReleaseRequest, KeyedCommand {
  /** True for commands that stop harm: they may use the disk space that is reserved for them. */
  readonly isEssential?: boolean | undefined;
}

export interface LockedRelease {
  readonly tx: Tx;
  readonly at: Date;
  readonly subject: MoveSubject;
}

/**
 * Runs `act` in one transaction with the flag's config and the release locked, and returns the id
 * of the release that `act` returns. A repeat with the same idempotency key changes nothing
 * and returns the first id.
 */
export async function withLockedRelease(
  ctx: Ctx,
  grant: EnvironmentGrant<'release:write'>,
  request: LockedRequest,
  act: (locked: LockedRelease) => Promise<MoveSubject>,
): Promise<string> {
  const run = request.isEssential ? inEssentialTransaction : inTransaction;
  return run(ctx, async (tx) => {
    const flag = await findFlag(tx, grant, request.flag);
    const config = await lockFlagConfig(tx, grant, flag);
    const release = await lockRelease(tx, grant, flag.id, request.release);
    if (!release) throw notFound('release', request.release);
    const first = await findRepeat(tx, grant, request);
    if (first !== undefined) return first;
    assertVersion(release, request.version);
    if (config.killed) throw refusalOfKilled(flag.key);
    const at = await readClock(tx);
    const after = await act({ tx, at, subject: { flag, config, release } });
    await remember(tx, grant, request, after.release.id);
    return after.release.id;
  });
}

/** The id of the release that the first command with this key returned. */
export async function findRepeat(
  tx: Tx,
  grant: EnvironmentGrant,
  { idempotencyKey, command }: KeyedCommand,
): Promise<string | undefined> {
  if (idempotencyKey === undefined) return undefined;
  const first = await findCommand(tx, grant, idempotencyKey);
  if (first === undefined || first.command === command) return first?.releaseId;
  throw conflict(`the Idempotency-Key was used for "${first.command}" of another request`);
}

export async function remember(
  tx: Tx,
  { environmentId }: EnvironmentGrant,
  { idempotencyKey, command }: KeyedCommand,
  releaseId: string,
): Promise<void> {
  if (idempotencyKey === undefined) return;
  if (await insertCommand(tx, { environmentId, idempotencyKey, releaseId, command })) return;
  throw conflict('the Idempotency-Key was just used for another request');
}

function assertVersion(release: ReleaseRow, seen: number | undefined): void {
  if (seen === undefined || seen === release.version) return;
  throw versionStale('release', release.id, seen, { version: release.version });
}
