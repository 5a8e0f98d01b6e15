import type { EnvironmentGrant } from '../../domain/grant.js';
import { conflict } from '../../domain/refusals.js';
import {
  assertCommandPossible,
  type Command,
  type CommandDefinition,
  type CommandInputs,
  COMMANDS,
  type InputOf,
} from '../../domain/releases/commands.js';
import { raisesExposure } from '../../domain/releases/moves.js';
import { closedNow } from '../../domain/windows/windows.js';
import type { Tx } from '../../store/db.js';
import { listWindowRules } from '../../store/window-store.js';
import type { Ctx } from '../context.js';
import { beginRelease } from './begin-release.js';
import { withPinnedGates } from './pin-round.js';
import { type LockedRelease, type ReleaseRequest, withLockedRelease } from './locked-release.js';
import { restartRelease } from './restart-release.js';
import { type MoveSubject, writeMove } from './write-move.js';

/** A command of a user with its inputs. */
export type CommandRequest = ReleaseRequest &
  { readonly [C in Command]: { readonly command: C } & InputOf<C> }[Command];

/** Carries out a command. Returns the id of the release, or of the new release after a restart. */
export async function commandRelease(
  ctx: Ctx,
  grant: EnvironmentGrant<'release:write'>,
  request: CommandRequest,
): Promise<string> {
  const { command, reason } = request;
  const { isEssential } = COMMANDS[command];
  return withLockedRelease(ctx, grant, { ...request, isEssential }, (locked) => {
    const { tx, at, subject } = locked;
    assertCommandPossible(command, subject.release, at);
    if (command === 'start') return beginRelease(tx, ctx, grant, subject, { at, reason });
    if (request.command === 'restart') return restartRelease(ctx, grant, request, locked);
    return move(ctx, grant, request, locked);
  });
}

async function move(
  ctx: Ctx,
  grant: EnvironmentGrant<'release:write'>,
  request: CommandRequest,
  { tx, at, subject }: LockedRelease,
): Promise<MoveSubject> {
  const { command, reason } = request;
  const { plan } = COMMANDS[command] as CommandDefinition<keyof CommandInputs>;
  if (plan === undefined) throw new Error(`"${command}" is more than one move`);
  const planned = plan(subject.release, { by: ctx.actor.name, at, input: request });
  if (raisesExposure(planned)) await assertNoFreeze(tx, grant, at);
  const { move, metrics } = await withPinnedGates(tx, grant, subject.release, planned);
  return writeMove(tx, ctx, grant, subject, move, { at, reason, metrics });
}

/** A calendar freeze also applies to users; a window applies only to the ticker. */
async function assertNoFreeze(tx: Tx, grant: EnvironmentGrant, at: Date): Promise<void> {
  const rules = await listWindowRules(tx, grant.projectId);
  const [freeze] = closedNow(rules, grant.environmentKey, [], at.getTime());
  if (freeze === undefined) return;
  const until = freeze.opensAt === null ? '' : ` until ${new Date(freeze.opensAt).toISOString()}`;
  throw conflict(`exposure must not rise in ${grant.environmentKey}: ${freeze.what}${until}`);
}
