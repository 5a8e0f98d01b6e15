import type { EnvironmentGrant } from '../../domain/grant.js';
import { assertCommandAllowed } from '../../domain/releases/commands.js';
import type { Ctx } from '../context.js';
import { beginRelease } from './begin-release.js';
import { type CommandInput, commandRelease } from './move-release.js';

/** Starts a draft. */
export async function startRelease(
  ctx: Ctx,
  grant: EnvironmentGrant<'release:write'>,
  input: CommandInput,
): Promise<string> {
  return commandRelease(ctx, grant, {
    ...input,
    command: 'start',
    act: async (subject, { tx, at }) => {
      assertCommandAllowed('start', subject.release);
      return beginRelease(tx, ctx, grant, subject, { at, reason: input.reason });
    },
  });
}
