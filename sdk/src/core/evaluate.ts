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
 * What a flag is for a context, and why. Never throws: an unknown flag, a value of another type
 * than the default's and a context that throws all give the default, with the reason `ERROR`.
 * `now` is epoch milliseconds or who tells them; only rules about dates ask.
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

/** Is the flag's new side served? For flags of any type; never a type mismatch. */
export function isActive(
  compiled: CompiledRuleset,
  key: string,
  context?: EvaluationContext,
  defaultValue = false,
  now?: Now,
): boolean {
  return resolve(compiled, key, context, now).isActive ?? defaultValue;
}

/** As `isActive`, with the reasons: the value is whether the flag is active. */
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

/** The outcome itself, from which each of the answers above is made. Never throws. */
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

/** An outcome as the answer to a caller with this default. */
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

/** An earlier rollout or split skims the buckets, so only the first rule that draws has arms. */
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
