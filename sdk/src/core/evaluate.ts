import type { CompiledRuleset } from './compiled.js';
import type { CompiledFlag } from './compiled-flag.js';
import type { Now } from './conditions/matcher.js';
import { type EvaluationContext, readUnit, subjectOf } from './context.js';
import type { FlagBody } from './flag.js';
import type { FlagTable } from './flag-table.js';
import {
  failedOutcome,
  failure,
  type Outcome,
  type ReleaseArms,
  withoutUnit,
  withReleases,
} from './outcome.js';
import { parentOf } from './parent.js';
import type { ResolutionDetails } from './resolution.js';

const NOT_FOUND = failedOutcome('FLAG_NOT_FOUND');
const FAILED = failedOutcome('GENERAL');

/**
 * Evaluates a flag for a context and returns value and reason. Never throws: an unknown flag, a
 * value of another type than the default, and a context that throws return the default with the
 * reason `ERROR`. `now` is epoch milliseconds or a function that returns them; only date rules call
 * it.
 */
export function evaluate<T>(
  compiled: CompiledRuleset,
  key: string,
  defaultValue: T,
  context?: EvaluationContext,
  now?: Now,
): ResolutionDetails<T> {
  return detailsFor(resolve(compiled, key, context, now), defaultValue);
}

/** Returns whether the flag is active. Works for flags of any type, without a type mismatch. */
export function isActive(
  compiled: CompiledRuleset,
  key: string,
  context?: EvaluationContext,
  defaultValue = false,
  now?: Now,
): boolean {
  return resolve(compiled, key, context, now).isActive ?? defaultValue;
}

/** Same as `isActive`, with reasons. The value is whether the flag is active. */
export function isActiveDetails(
  compiled: CompiledRuleset,
  key: string,
  context?: EvaluationContext,
  defaultValue = false,
  now?: Now,
): ResolutionDetails<boolean> {
  const { activeDetails, errorCode } = resolve(compiled, key, context, now);
  return activeDetails ?? failure(defaultValue, errorCode);
}

/** Returns the outcome from which all results above are built. Never throws. */
export function resolve(
  compiled: CompiledRuleset,
  key: string,
  context: EvaluationContext | undefined,
  now: Now,
): Outcome {
  try {
    const flag = compiled.flags.get(key);
    if (flag === undefined) return NOT_FOUND;
    return decide(flag, compiled.flags, subjectOf(context), now);
  } catch {
    return FAILED;
  }
}

/** Converts an outcome to the details for a caller with this default. */
export function detailsFor<T>(outcome: Outcome, defaultValue: T): ResolutionDetails<T> {
  const { details, errorCode } = outcome;
  if (details === undefined) return failure(defaultValue, errorCode);
  if (defaultValue !== undefined && typeof defaultValue !== typeof details.value) {
    return failure(defaultValue, 'TYPE_MISMATCH');
  }
  return details as ResolutionDetails<T>;
}

function decide(flag: CompiledFlag, flags: FlagTable, subject: object, now: Now): Outcome {
  const { body } = flag;
  if (body.fixed !== undefined) return body.fixed;
  if (flag.parentKey !== undefined) return decideBehindParent(flag, flags, subject, now);
  return decideByRules(body, subject, now, undefined);
}

function decideBehindParent(
  flag: CompiledFlag,
  flags: FlagTable,
  subject: object,
  now: Now,
): Outcome {
  const { body } = flag;
  const parent = parentOf(flag, flags);
  if (parent === undefined) return body.disabled;
  const { isActive, details } = decide(parent, flags, subject, now);
  if (isActive === true) return decideByRules(body, subject, now, details?.releases);
  return withReleases(body.disabled, undefined, details?.releases);
}

/**
 * An earlier rollout or split removes users from the sample, so only the first rule that draws
 * reports arms.
 */
function decideByRules(
  body: FlagBody,
  subject: object,
  now: Now,
  parentArms: ReleaseArms | undefined,
): Outcome {
  let ownArms: ReleaseArms | undefined;
  let missingUnit: string | undefined;
  let isSkimmed = false;
  for (let index = 0; ; index++) {
    const rule = body.rule(index);
    if (rule === undefined) break;
    const { matches, drawnBy, includes, choose, release, outcome } = rule;
    if (matches !== undefined && !matches(subject, now)) continue;
    if (drawnBy === undefined) return withReleases(outcome, ownArms, parentArms);
    const unit = readUnit(subject, drawnBy);
    if (unit.length === 0) {
      missingUnit ??= drawnBy.name;
    } else {
      const isIncluded = includes(unit);
      if (release !== undefined && !isSkimmed) {
        ownArms = isIncluded ? release.treatment : release.control;
      }
      if (isIncluded) {
        const chosen = choose === undefined ? outcome : choose(unit);
        return withReleases(chosen, ownArms, parentArms);
      }
    }
    isSkimmed = true;
  }
  const { otherwise } = body;
  const outcome = missingUnit === undefined ? otherwise : withoutUnit(otherwise, missingUnit);
  return withReleases(outcome, ownArms, parentArms);
}
