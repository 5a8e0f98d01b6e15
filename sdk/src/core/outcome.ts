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
  /** For whoever evaluates; shared by the variations of this outcome. */
  readonly tally: Tally;
  /** The latest variation of this outcome that names releases; most outcomes ever have one. */
  withArms: { readonly arms: ReleaseArms; readonly outcome: Outcome } | undefined;
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
  return outcomeOf(details, isActive, { count: 0 });
}

export function failedOutcome(errorCode: ErrorCode): Outcome {
  return {
    details: undefined,
    activeDetails: undefined,
    isActive: undefined,
    errorCode,
    tally: { count: 0 },
    withArms: undefined,
  };
}

/** An answer in the caller's own words. */
export function failure<T>(defaultValue: T, errorCode: ErrorCode): ResolutionDetails<T> {
  return Object.freeze({ value: defaultValue, reason: 'ERROR' as Reason, errorCode });
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
  const armed = outcomeOf({ ...details, releases: arms }, outcome.isActive === true, outcome.tally);
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

function outcomeOf(details: ResolutionDetails, isActive: boolean, tally: Tally): Outcome {
  Object.freeze(details);
  return {
    details,
    activeDetails:
      details.value === isActive
        ? (details as ResolutionDetails<boolean>)
        : Object.freeze({ ...details, value: isActive }),
    isActive,
    errorCode: 'GENERAL',
    tally,
    withArms: undefined,
  };
}
