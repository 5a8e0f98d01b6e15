import type { EnvironmentGrant } from '../../domain/grant.js';
import { assertCommandAllowed } from '../../domain/releases/commands.js';
import { toEnd } from '../../domain/releases/moves.js';
import type { Ctx } from '../context.js';
import { type CommandInput, moveRelease } from './move-release.js';

/** Ends the final bake early; the rule stays where it is and belongs to its editors again. */
export async function completeRelease(
  ctx: Ctx,
  grant: EnvironmentGrant<'release:write'>,
  input: CommandInput,
): Promise<string> {
  return moveRelease(ctx, grant, {
    ...input,
    command: 'complete',
    plan: ({ release }, { at }) => {
      assertCommandAllowed('complete', release);
      const sentence = `Completed at ${release.percent} % by ${ctx.actor.name}.`;
      return { move: toEnd('completed', { action: 'complete', sentence, at }) };
    },
  });
}
