import type { EnvironmentGrant } from '../../domain/grant.js';
import { conflict } from '../../domain/refusals.js';
import type { Release } from '../../domain/releases/release.js';
import { assertCommandAllowed } from '../../domain/releases/commands.js';
import type { Decision } from '../../domain/releases/decision.js';
import type { Ctx } from '../context.js';
import { type CommandInput, moveRelease } from './move-release.js';

/** Only once it is asked for: what is approved is what is on the page, not what may come. */
export async function approveRelease(
  ctx: Ctx,
  grant: EnvironmentGrant<'release:write'>,
  input: CommandInput,
): Promise<string> {
  return moveRelease(ctx, grant, {
    ...input,
    command: 'approve',
    plan: ({ release }, { at }) => {
      assertCommandAllowed('approve', release);
      if (!isAsked(release, at)) {
        throw conflict('approval is not asked for yet: it is the last thing that a step waits for');
      }
      const what =
        release.state === 'scheduled' ? 'the start' : `going beyond ${release.percent} %`;
      const sentence = `${ctx.actor.name} approved ${what}.`;
      const approval =
        release.state === 'scheduled'
          ? { startApprovedBy: ctx.actor.name }
          : { approvedStep: release.step };
      return { move: { action: 'approve', sentence, change: { ...approval, nextTickAt: at } } };
    },
  });
}

function isAsked(release: Release & { readonly decision: Decision | null }, at: Date): boolean {
  if (release.state !== 'scheduled') return release.decision?.action === 'await_approval';
  const isTime = release.startAt === null || release.startAt <= at;
  return release.plan.startApproval && release.startApprovedBy === null && isTime;
}
