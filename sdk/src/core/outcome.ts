import type { ErrorCode, Reason, ReleaseArm, ResolutionDetails } from './resolution.js';
import type { FlagType, JsonValue } from './ruleset.js';

export type ReleaseArms = readonly ReleaseArm[];

/** One possible end of an evaluation, made at compile and handed to every caller. */
export interface Outcome {
  /** Frozen; absent when the answer is the caller's own default. */
  readonly details: ResolutionDetails | undefined;
  /** The same with the flag's being active as its value. */
  readonly activeDetails: ResolutionDetails<boolean> | undefined;
  /** Absent: as the caller's default says. */
  readonly isActive: boolean | undefined;
  readonly errorCode: ErrorCode;
  /** The attribute that a rule wanted to draw by and the context lacked: no error, but telling. */
  readonly missingUnit: string | undefined;
  /** Nothing but the answer: no error, no missing unit and no release. */
  readonly isPlain: boolean;
  /** For whoever evaluates; shared by the variations of this outcome. */
  readonly tally: Tally;
  /** The latest variations of this outcome; most outcomes ever have one of a kind. */
  withArms: { readonly arms: ReleaseArms; readonly outcome: Outcome } | undefined;
  withoutUnit: Outcome | undefined;
}

/** How often an outcome was served: a place to count at, which evaluation itself never touches. */
export interface Tally {
  count: number;
}

/** What an outcome is made from, the same for a whole flag. */
export interface OutcomeFactory {
  readonly type: FlagType | undefined;
  readonly variants: ReadonlyMap<string, JsonValue>;
  readonly offVariant: string;
}

export function servedOutcome(
  flag: OutcomeFactory,
  variant: unknown,
  why: Pick<ResolutionDetails, 'reason' | 'ruleId' | 'errorCode'>,
): Outcome {
  const value = typeof variant === 'string' ? flag.variants.get(variant) : undefined;
  if (value === undefined) return failedOutcome('GENERAL');
  const details = { value, variant: variant as string, ...why };
  const isActive = flag.type === 'boolean' ? value === true : variant !== flag.offVariant;
  return outcomeOf(details, isActive, { tally: { count: 0 } });
}

export function failedOutcome(errorCode: ErrorCode): Outcome {
  return {
    details: undefined,
    activeDetails: undefined,
    isActive: undefined,
    errorCode,
    missingUnit: undefined,
    isPlain: false,
    tally: { count: 0 },
    withArms: undefined,
    withoutUnit: undefined,
  };
}

/** An answer in the caller's own words. */
export function failure<T>(defaultValue: T, errorCode: ErrorCode): ResolutionDetails<T> {
  return Object.freeze({ value: defaultValue, reason: 'ERROR' as Reason, errorCode });
}

/** Adds that nobody could be drawn for want of this attribute. */
export function withoutUnit(outcome: Outcome, unit: string): Outcome {
  const { details, tally } = outcome;
  if (details === undefined) return outcome;
  if (outcome.withoutUnit?.missingUnit === unit) return outcome.withoutUnit;
  outcome.withoutUnit = outcomeOf(details, outcome.isActive === true, { tally, missingUnit: unit });
  return outcome.withoutUnit;
}

/** Adds the releases that were reached: the flag's own first, then its parents'. */
export function withReleases(
  outcome: Outcome,
  ownArms: ReleaseArms | undefined,
  parentArms: ReleaseArms | undefined,
): Outcome {
  if (ownArms === undefined && parentArms === undefined) return outcome;
  return withArms(outcome, joined(ownArms, parentArms));
}

/** An answer without details is an error, and errors name no release. */
function withArms(outcome: Outcome, arms: ReleaseArms): Outcome {
  const { details } = outcome;
  if (details === undefined) return outcome;
  if (outcome.withArms?.arms === arms) return outcome.withArms.outcome;
  const armed = outcomeOf({ ...details, releases: arms }, outcome.isActive === true, outcome);
  outcome.withArms = { arms, outcome: armed };
  return armed;
}

function joined(
  ownArms: ReleaseArms | undefined,
  parentArms: ReleaseArms | undefined,
): ReleaseArms {
  if (parentArms === undefined) return ownArms ?? [];
  return ownArms === undefined ? parentArms : Object.freeze([...ownArms, ...parentArms]);
}

function outcomeOf(
  details: ResolutionDetails,
  isActive: boolean,
  { tally, missingUnit }: { readonly tally: Tally; readonly missingUnit?: string | undefined },
): Outcome {
  Object.freeze(details);
  return {
    details,
    activeDetails:
      details.value === isActive
        ? (details as ResolutionDetails<boolean>)
        : Object.freeze({ ...details, value: isActive }),
    isActive,
    errorCode: 'GENERAL',
    missingUnit,
    isPlain: missingUnit === undefined && details.releases === undefined,
    tally,
    withArms: undefined,
    withoutUnit: undefined,
  };
}
