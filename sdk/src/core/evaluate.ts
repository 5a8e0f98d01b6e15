import type { CompiledFlag, CompiledRuleset } from './compiled.js';
import type { Now } from './conditions/matcher.js';
import { type EvaluationContext, readUnit, subjectOf } from './context.js';
import type { FlagBody } from './flag.js';
import { failedOutcome, failure, type Outcome, type ReleaseArms, withReleases } from './outcome.js';
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
    return flag === undefined ? NOT_FOUND : decide(flag, subjectOf(context), now);
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

/**
 * The attribute that a rule wanted to draw by and the context does not have: the rule was passed
 * over for that alone. No error of an evaluation, but worth telling once per flag.
 */
export function missingUnit(
  compiled: CompiledRuleset,
  key: string,
  context?: EvaluationContext,
  now?: Now,
): string | undefined {
  try {
    const flag = compiled.flags.get(key);
    const subject = subjectOf(context);
    if (flag === undefined || !lacksUnit(flag.body, subject)) return undefined;
    if (flag.fixed !== undefined) return undefined;
    if (flag.parent !== undefined && !decide(flag.parent, subject, now).isActive) return undefined;
    return missingUnitOf(flag.body, subject, now);
  } catch {
    return undefined;
  }
}

function lacksUnit({ rules }: FlagBody, subject: object): boolean {
  for (const { draw } of rules) {
    if (draw !== undefined && readUnit(subject, draw.unit) === '') return true;
  }
  return false;
}

function missingUnitOf({ rules }: FlagBody, subject: object, now: Now) {
  for (const { matches, draw } of rules) {
    if (matches !== undefined && !matches(subject, now)) continue;
    if (draw === undefined) return undefined;
    const unit = readUnit(subject, draw.unit);
    if (unit === '') return draw.unit.name;
    if (draw.includes(unit)) return undefined;
  }
  return undefined;
}

function decide(flag: CompiledFlag, subject: object, now: Now): Outcome {
  if (flag.fixed !== undefined) return flag.fixed;
  const { body, parent } = flag;
  if (parent === undefined) return decideByRules(body, subject, now, undefined);
  const { isActive, details } = decide(parent, subject, now);
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
  let isSkimmed = false;
  for (const rule of body.rules) {
    if (rule.matches !== undefined && !rule.matches(subject, now)) continue;
    const { draw } = rule;
    if (draw === undefined) return withReleases(rule.outcome, ownArms, parentArms);
    const unit = readUnit(subject, draw.unit);
    const isIncluded = unit !== '' && draw.includes(unit);
    if (draw.release !== undefined && unit !== '' && !isSkimmed) {
      ownArms = isIncluded ? draw.release.treatment : draw.release.control;
    }
    if (isIncluded) {
      const outcome = draw.choose === undefined ? rule.outcome : draw.choose(unit);
      return withReleases(outcome, ownArms, parentArms);
    }
    isSkimmed = true;
  }
  return withReleases(body.otherwise, ownArms, parentArms);
}
