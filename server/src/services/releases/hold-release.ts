import type { EnvironmentGrant } from '../../domain/grant.js';
import { invalid } from '../../domain/refusals.js';
import { assertCommandAllowed } from '../../domain/releases/commands.js';
import type { Ctx } from '../context.js';
import { type CommandInput, moveRelease } from './move-release.js';

export interface HoldInput extends CommandInput {
  readonly until: Date;
}

/** Not before this time, whatever is earned. */
export async function holdRelease(
  ctx: Ctx,
  grant: EnvironmentGrant<'release:write'>,
  input: HoldInput,
): Promise<string> {
  return moveRelease(ctx, grant, {
    ...input,
    command: 'hold',
    plan: ({ release }, { at }) => {
      assertCommandAllowed('hold', release);
      const until = input.until.toISOString();
      if (input.until <= at) {
        const message = `must be later than now (${at.toISOString()}), got ${until}`;
        throw invalid([{ pointer: '/until', message }]);
      }
      const sentence = `Held at ${release.percent} % until ${until} by ${ctx.actor.name}.`;
      return { move: { action: 'hold', sentence, change: { holdUntil: input.until } } };
    },
  });
}
