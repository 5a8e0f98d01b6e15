import type { EnvironmentGrant } from '../../domain/grant.js';
import { assertCommandAllowed } from '../../domain/releases/commands.js';
import { toPause } from '../../domain/releases/moves.js';
import type { Ctx } from '../context.js';
import { type CommandInput, moveRelease } from './move-release.js';

/** Nobody is added and nobody is taken away; the statistics go on. */
export async function pauseRelease(
  ctx: Ctx,
  grant: EnvironmentGrant<'release:write'>,
  input: CommandInput,
): Promise<string> {
  return moveRelease(ctx, grant, {
    ...input,
    command: 'pause',
    isEssential: true,
    plan: ({ release }) => {
      assertCommandAllowed('pause', release);
      const sentence = `Paused at ${release.percent} % by ${ctx.actor.name}.`;
      return { move: toPause('manual', sentence) };
    },
  });
}
