import type { EnvironmentGrant } from '../../domain/grant.js';
import { conflict, notFound, versionStale } from '../../domain/refusals.js';
import type { Decision } from '../../domain/releases/decision.js';
import type { Move } from '../../domain/releases/moves.js';
import type { Tx } from '../../store/db.js';
import { lockFlagConfig } from '../../store/flag-config-store.js';
import { findFlag } from '../../store/flag-store.js';
import {
  findCommand,
  insertCommand,
  lockRelease,
  type ReleaseRow,
  readClock,
} from '../../store/release-store.js';
import { type Ctx, inEssentialTransaction, inTransaction } from '../context.js';
import {
  type MoveCircumstances,
  type MoveSubject,
  refusalOfKilled,
  writeMove,
} from './write-move.js';

export interface ReleaseAddress {
  /** Key of the flag. */
  readonly flag: string;
  readonly release: string;
}

export interface CommandInput extends ReleaseAddress {
  readonly reason?: string | undefined;
  readonly idempotencyKey?: string | undefined;
  /** The version that the caller saw, where it must not be another. */
  readonly version?: number | undefined;
}

export type PlannedMove = Omit<MoveCircumstances, 'at' | 'reason'> & {
  readonly move: Move;
  readonly decision?: Decision;
};

interface Scene {
  readonly tx: Tx;
  readonly at: Date;
}

export interface ReleaseCommand extends CommandInput {
  readonly command: string;
  /** Stops harm: the last of the disk is kept for it. */
  readonly isEssential?: boolean;
  /** Acts on the release as it is now and returns the one that it is about from now on. */
  readonly act: (subject: MoveSubject, scene: Scene) => Promise<MoveSubject>;
}

export interface MoveRequest extends Omit<ReleaseCommand, 'act'> {
  /** Plans the move for the release as it is now; throws when the command is not possible. */
  readonly plan: (subject: MoveSubject, scene: Scene) => PlannedMove | Promise<PlannedMove>;
}

/** Any command that is one move. */
export async function moveRelease(
  ctx: Ctx,
  grant: EnvironmentGrant<'release:write'>,
  { plan, ...request }: MoveRequest,
): Promise<string> {
  return commandRelease(ctx, grant, {
    ...request,
    act: async (subject, scene) => {
      const { move, ...circumstances } = await plan(subject, scene);
      const how = { ...circumstances, at: scene.at, reason: request.reason };
      return writeMove(scene.tx, ctx, grant, subject, move, how);
    },
  });
}

/**
 * One transaction; whatever acts writes through `writeMove`, whose `recordChange()` leaves the
 * audit row. A repeat with the same key changes nothing. Returns the id of the release.
 */
export async function commandRelease(
  ctx: Ctx,
  grant: EnvironmentGrant<'release:write'>,
  request: ReleaseCommand,
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
    const after = await request.act({ flag, config, release }, { tx, at });
    await remember(tx, grant, request, after.release.id);
    return after.release.id;
  });
}

/** What the first command with this key was about; a key stands for one command only. */
export async function findRepeat(
  tx: Tx,
  grant: EnvironmentGrant,
  { idempotencyKey, command }: Pick<ReleaseCommand, 'idempotencyKey' | 'command'>,
): Promise<string | undefined> {
  if (idempotencyKey === undefined) return undefined;
  const first = await findCommand(tx, grant, idempotencyKey);
  if (first === undefined || first.command === command) return first?.releaseId;
  throw conflict(`the Idempotency-Key was used for "${first.command}" of another request`);
}

export async function remember(
  tx: Tx,
  { environmentId }: EnvironmentGrant,
  { idempotencyKey, command }: Pick<ReleaseCommand, 'idempotencyKey' | 'command'>,
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
