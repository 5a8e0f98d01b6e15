import type { EnvironmentGrant } from '../../domain/grant.js';
import { assertCommandAllowed } from '../../domain/releases/commands.js';
import { toResume } from '../../domain/releases/moves.js';
import type { Ctx } from '../context.js';
import { type CommandInput, moveRelease } from './move-release.js';

/** Goes on where it was paused, with all that is known so far. */
export async function resumeRelease(
  ctx: Ctx,
  grant: EnvironmentGrant<'release:write'>,
  input: CommandInput,
): Promise<string> {
  return moveRelease(ctx, grant, {
    ...input,
    command: 'resume',
    plan: ({ release }, { at }) => {
      assertCommandAllowed('resume', release);
      return { move: toResume(release, at) };
    },
  });
}
