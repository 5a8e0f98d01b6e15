import type { CompiledFlag, CompiledRuleset } from './compiled.js';
import { type EvaluationContext, readUnit, subjectOf } from './context.js';
import { failure, type Outcome, type ReleaseArms, withReleases } from './outcome.js';
import type { ResolutionDetails } from './resolution.js';

/**
 * What a flag is for a context, and why. Never throws: an unknown flag, a value of another type
 * than the default's and a context that throws all give the default, with the reason `ERROR`.
 * `now`, epoch milliseconds, is only asked by rules about dates.
 */
export function evaluate<T>(
  compiled: CompiledRuleset,
  key: string,
  defaultValue: T,
  context?: EvaluationContext,
  now?: number,
): ResolutionDetails<T> {
  try {
    const flag = compiled.flags.get(key);
    if (flag === undefined) return failure(defaultValue, 'FLAG_NOT_FOUND');
    const { details, errorCode } = decide(flag, subjectOf(context), now);
    if (details === undefined) return failure(defaultValue, errorCode);
    if (defaultValue !== undefined && typeof defaultValue !== typeof details.value) {
      return failure(defaultValue, 'TYPE_MISMATCH');
    }
    return details as ResolutionDetails<T>;
  } catch {
    return failure(defaultValue, 'GENERAL');
  }
}

/** Is the flag's new side served? For flags of any type; never a type mismatch. */
export function isActive(
  compiled: CompiledRuleset,
  key: string,
  context?: EvaluationContext,
  defaultValue = false,
  now?: number,
): boolean {
  try {
    const flag = compiled.flags.get(key);
    if (flag === undefined) return defaultValue;
    return decide(flag, subjectOf(context), now).isActive ?? defaultValue;
  } catch {
    return defaultValue;
  }
}

/** As `isActive`, with the reasons: the value is whether the flag is active. */
export function isActiveDetails(
  compiled: CompiledRuleset,
  key: string,
  context?: EvaluationContext,
  defaultValue = false,
  now?: number,
): ResolutionDetails<boolean> {
  try {
    const flag = compiled.flags.get(key);
    if (flag === undefined) return failure(defaultValue, 'FLAG_NOT_FOUND');
    const { activeDetails, errorCode } = decide(flag, subjectOf(context), now);
    return activeDetails ?? failure(defaultValue, errorCode);
  } catch {
    return failure(defaultValue, 'GENERAL');
  }
}

function decide(flag: CompiledFlag, subject: object, now: number | undefined): Outcome {
  if (flag.fixed !== undefined) return flag.fixed;
  const { body } = flag;
  let parentArms: ReleaseArms | undefined;
  if (flag.parent !== undefined) {
    const parent = decide(flag.parent, subject, now);
    parentArms = parent.details?.releases;
    if (parent.isActive !== true) return withReleases(body.disabled, undefined, parentArms);
  }
  if (body.constant !== undefined) return withReleases(body.constant, undefined, parentArms);
  return decideByRules(flag, subject, now, parentArms);
}

/** An earlier rollout or split skims the buckets, so only the first rule that draws has arms. */
function decideByRules(
  { body }: CompiledFlag,
  subject: object,
  now: number | undefined,
  parentArms: ReleaseArms | undefined,
): Outcome {
  let ownArms: ReleaseArms | undefined;
  let isSkimmed = false;
  for (const { matches, draw, outcomes } of body.rules) {
    if (matches !== undefined && !matches(subject, now)) continue;
    if (draw === undefined) return withReleases(outcomes[0]!, ownArms, parentArms);
    const unit = readUnit(subject, draw.unit);
    const isIncluded = unit !== '' && (draw.includes === undefined || draw.includes(unit));
    if (draw.release !== undefined && unit !== '' && !isSkimmed) {
      ownArms = isIncluded ? draw.release.treatment : draw.release.control;
    }
    if (isIncluded) {
      const index = draw.choose === undefined ? 0 : draw.choose(unit);
      return withReleases(outcomes[index]!, ownArms, parentArms);
    }
    isSkimmed = true;
  }
  return withReleases(body.otherwise, ownArms, parentArms);
}
