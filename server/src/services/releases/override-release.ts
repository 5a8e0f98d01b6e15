import type { EnvironmentGrant } from '../../domain/grant.js';
import { assertCommandAllowed } from '../../domain/releases/commands.js';
import { toNewSegment } from '../../domain/releases/moves.js';
import type { Ctx } from '../context.js';
import { freezeSegment } from './freeze-segment.js';
import { type CommandInput, moveRelease } from './move-release.js';

/** Against a verdict: evidence begins anew, and what was seen before is shown but not used. */
export async function overrideRelease(
  ctx: Ctx,
  grant: EnvironmentGrant<'release:write'>,
  input: CommandInput,
): Promise<string> {
  return moveRelease(ctx, grant, {
    ...input,
    command: 'override',
    plan: async ({ release }, { tx, at }) => {
      assertCommandAllowed('override', release);
      const segment = release.segment + 1;
      const { frozen, metrics } = await freezeSegment(tx, grant, release.plan, segment);
      const sentence = `The verdict was overridden by ${ctx.actor.name}; evidence begins anew.`;
      const move = toNewSegment(release, { action: 'override', sentence, at }, 'override');
      return { move: { ...move, change: { ...move.change, frozen } }, metrics };
    },
  });
}
