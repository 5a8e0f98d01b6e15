import type { EnvironmentGrant } from '../../domain/grant.js';
import { assertCommandAllowed } from '../../domain/releases/commands.js';
import { toEnd } from '../../domain/releases/moves.js';
import type { Ctx } from '../context.js';
import { type CommandInput, moveRelease } from './move-release.js';

/** Ends the release and leaves everybody where they are. */
export async function cancelRelease(
  ctx: Ctx,
  grant: EnvironmentGrant<'release:write'>,
  input: CommandInput,
): Promise<string> {
  return moveRelease(ctx, grant, {
    ...input,
    command: 'cancel',
    plan: ({ release }, { at }) => {
      assertCommandAllowed('cancel', release);
      const where = release.step < 0 ? 'before it began' : `at ${release.percent} %, which stays`;
      const sentence = `Cancelled ${where}, by ${ctx.actor.name}.`;
      return { move: toEnd('cancelled', { action: 'cancel', sentence, at }) };
    },
  });
}
