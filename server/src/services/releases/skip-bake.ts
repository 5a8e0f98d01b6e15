import type { EnvironmentGrant } from '../../domain/grant.js';
import { assertCommandAllowed } from '../../domain/releases/commands.js';
import type { Ctx } from '../context.js';
import { type CommandInput, moveRelease } from './move-release.js';

/** The step in force need not wait any longer; everything else must still hold. */
export async function skipBake(
  ctx: Ctx,
  grant: EnvironmentGrant<'release:write'>,
  input: CommandInput,
): Promise<string> {
  return moveRelease(ctx, grant, {
    ...input,
    command: 'skip-bake',
    plan: ({ release }, { at }) => {
      assertCommandAllowed('skip-bake', release);
      const by = ctx.actor.name;
      const sentence = `The rest of the bake at ${release.percent} % was skipped by ${by}.`;
      const change = { bakeSkippedStep: release.step, nextTickAt: at };
      return { move: { action: 'skip-bake', sentence, change } };
    },
  });
}
