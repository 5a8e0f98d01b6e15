import type { EnvironmentGrant } from '../../domain/grant.js';
import { assertCommandAllowed } from '../../domain/releases/commands.js';
import { toStep } from '../../domain/releases/moves.js';
import type { Ctx } from '../context.js';
import { assertNotFrozen } from './assert-not-frozen.js';
import { type CommandInput, moveRelease } from './move-release.js';

/** "Advance anyway": one step that was not earned; the reason stays on the timeline. */
export async function advanceRelease(
  ctx: Ctx,
  grant: EnvironmentGrant<'release:write'>,
  input: CommandInput,
): Promise<string> {
  return moveRelease(ctx, grant, {
    ...input,
    command: 'advance',
    plan: async ({ release }, { tx, at }) => {
      assertCommandAllowed('advance', release);
      await assertNotFrozen(tx, grant, at);
      const step = release.step + 1;
      const to = release.plan.steps[step]?.percent ?? release.percent;
      const sentence =
        `Advanced anyway from ${release.percent} % to ${to} % by ${ctx.actor.name}, ` +
        'before the step was earned.';
      return { move: toStep(release, step, { action: 'advance', sentence, at }) };
    },
  });
}
