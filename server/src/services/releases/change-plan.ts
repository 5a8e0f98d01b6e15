import type { FieldError } from '@sluice/sdk/protocol';
import { isSame } from '../../domain/changed-fields.js';
import type { EnvironmentGrant } from '../../domain/grant.js';
import { assertValid, conflict } from '../../domain/refusals.js';
import { type Move, toNewRound } from '../../domain/releases/moves.js';
import type { ReleasePlan } from '../../domain/releases/plan.js';
import type { PlanInput } from '../../domain/releases/plan-input.js';
import { hasEnded, type Release } from '../../domain/releases/release.js';
import type { Ctx } from '../context.js';
import { withPinnedGates } from './pin-round.js';
import { type ReleaseRequest, withLockedRelease } from './locked-release.js';
import { planOfInput } from './plan-of-input.js';
import { writeMove } from './write-move.js';

export interface ChangePlan extends ReleaseRequest {
  readonly version: number;
  readonly plan: PlanInput;
}

/**
 * Steps ahead can change freely. Changed gates begin a new round, so that no user can choose gates
 * by the evidence they already have.
 */
export async function changePlan(
  ctx: Ctx,
  grant: EnvironmentGrant<'release:write'>,
  input: ChangePlan,
): Promise<string> {
  const command = { ...input, command: 'change-plan' };
  return withLockedRelease(ctx, grant, command, async ({ tx, at, subject }) => {
    const { release } = subject;
    if (hasEnded(release.state) || release.state === 'rolling_back') {
      throw conflict('the release has ended: its plan is history');
    }
    const { plan, problems } = await planOfInput(tx, grant, input.plan);
    assertValid([...problems, ...problemsOfPast(release, plan)]);
    const planned = moveToPlan(release, plan, { by: ctx.actor.name, at });
    const { move, metrics } = await withPinnedGates(tx, grant, release, planned);
    return writeMove(tx, ctx, grant, subject, move, { at, reason: input.reason, metrics });
  });
}

function moveToPlan(
  release: Release,
  plan: ReleasePlan,
  { by, at }: { readonly by: string; readonly at: Date },
): Move {
  const action = 'change-plan';
  const hasNewGates = !isSame(plan.gates, release.plan.gates) && release.step >= 0;
  if (!hasNewGates) {
    const change = { plan, ...startOf(release, plan) };
    return { action, sentence: `The plan was changed by ${by}.`, change };
  }
  const sentence = `The gates were changed by ${by}; evidence begins anew.`;
  const move = toNewRound(release, { action, sentence, at }, 'gates');
  return { ...move, change: { ...move.change, plan } };
}

/** Moves the start time of a scheduled release. The next tick decides with it. */
function startOf({ state }: Release, { startAt }: ReleasePlan): Move['change'] {
  return state === 'scheduled' ? { startAt: startAt === null ? null : new Date(startAt) } : {};
}

/** Reached steps are fixed: a command such as a jump changes the exposure, never the plan. */
function problemsOfPast(release: Release, plan: ReleasePlan): readonly FieldError[] {
  const { step } = release;
  return release.plan.steps.slice(0, step + 1).flatMap((past, index) => {
    const now = plan.steps[index];
    if (now?.percent === past.percent && now.audience === past.audience) return [];
    const pointer = `/plan/steps/${index}`;
    return [{ pointer, message: `was reached already and must stay at ${past.percent} %` }];
  });
}
