import type { EnvironmentGrant } from '../../domain/grant.js';
import { invalid } from '../../domain/refusals.js';
import { assertCommandAllowed } from '../../domain/releases/commands.js';
import { asTime } from '../../domain/releases/words.js';
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
      if (input.until <= at) {
        const got = input.until.toISOString();
        const message = `must be later than now (${at.toISOString()}), got ${got}`;
        throw invalid([{ pointer: '/until', message }]);
      }
      const words = `until ${asTime(input.until.getTime())} by ${ctx.actor.name}`;
      const sentence = `Held at ${release.percent} % ${words}.`;
      return { move: { action: 'hold', sentence, change: { holdUntil: input.until } } };
    },
  });
}
