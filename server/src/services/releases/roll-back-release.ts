import type { EnvironmentGrant } from '../../domain/grant.js';
import { assertCommandAllowed } from '../../domain/releases/commands.js';
import { toRollback } from '../../domain/releases/moves.js';
import type { Ctx } from '../context.js';
import { type CommandInput, moveRelease } from './move-release.js';

/** One write; no window, freeze or approval is asked. */
export async function rollBackRelease(
  ctx: Ctx,
  grant: EnvironmentGrant<'release:write'>,
  input: CommandInput,
): Promise<string> {
  return moveRelease(ctx, grant, {
    ...input,
    command: 'rollback',
    isEssential: true,
    plan: ({ release }, { at }) => {
      assertCommandAllowed('rollback', release);
      const from = `${release.percent} %`;
      const to = release.plan.rollbackTo === 'start' ? release.startPercent : 0;
      const sentence = `Rolled back from ${from} to ${to} % by ${ctx.actor.name}.`;
      return { move: toRollback(release, { sentence, at }) };
    },
  });
}
