import type { EnvironmentGrant } from '../../domain/grant.js';
import { conflict, invalid } from '../../domain/refusals.js';
import { assertCommandAllowed } from '../../domain/releases/commands.js';
import { toStep } from '../../domain/releases/moves.js';
import type { Ctx } from '../context.js';
import { assertNotFrozen } from './assert-not-frozen.js';
import { type CommandInput, moveRelease } from './move-release.js';

export interface JumpInput extends CommandInput {
  /** Index of the plan's step. */
  readonly step: number;
}

/** Down is always possible, and keeps a pause; up is an unearned rise, and a freeze forbids it. */
export async function jumpRelease(
  ctx: Ctx,
  grant: EnvironmentGrant<'release:write'>,
  input: JumpInput,
): Promise<string> {
  return moveRelease(ctx, grant, {
    ...input,
    command: 'jump',
    plan: async ({ release }, { tx, at }) => {
      assertCommandAllowed('jump', release);
      const step = release.plan.steps[input.step];
      if (step === undefined) {
        const last = release.plan.steps.length - 1;
        throw invalid([
          { pointer: '/step', message: `must be from 0 to ${last}, got ${input.step}` },
        ]);
      }
      if (input.step === release.step)
        throw conflict(`the release is at step ${input.step} already`);
      if (step.percent > release.percent) {
        if (release.state === 'paused') throw conflict('a paused release must be resumed to rise');
        await assertNotFrozen(tx, grant, at);
      }
      const way = `from ${release.percent} % to ${step.percent} %`;
      const sentence = `Jumped ${way} by ${ctx.actor.name}.`;
      return { move: toStep(release, input.step, { action: 'jump', sentence, at }) };
    },
  });
}
