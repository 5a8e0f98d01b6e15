import type { ErrorCode, Reason, ReleaseArm, ResolutionDetails } from './resolution.js';
import type { FlagType, JsonValue } from './ruleset.js';

export type ReleaseArms = readonly ReleaseArm[];

/** One possible result of an evaluation. It is built at compile time and shared by all callers. */
export interface Outcome {
  /** Frozen; absent when the result is the caller's own default. */
  readonly details: ResolutionDetails | undefined;
  /** The same details with the value `true` when the flag is active, else `false`. */
  readonly activeDetails: ResolutionDetails<boolean> | undefined;
  /** Absent when the caller's default decides. */
  readonly isActive: boolean | undefined;
  readonly errorCode: ErrorCode;
  /** The attribute that a rule draws by and that the context lacked. Not an error, but reported. */
  readonly missingUnit: string | undefined;
  /** No error, no missing unit and no release. */
  readonly isPlain: boolean;
  /** A counter for the caller of the evaluation, shared by the variations of this outcome. */
  readonly tally: Tally;
  /** The latest variations of this outcome. Most outcomes only ever have one of each kind. */
  withArms: { readonly arms: ReleaseArms; readonly outcome: Outcome } | undefined;
  withoutUnit: Outcome | undefined;
}

/** Counts how often an outcome was served. Evaluation itself never changes it. */
export interface Tally {
  count: number;
}

/** The parts from which outcomes are built, the same for a whole flag. */
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

/** Details that contain the caller's own default. */
export function failure<T>(defaultValue: T, errorCode: ErrorCode): ResolutionDetails<T> {
  return Object.freeze({ value: defaultValue, reason: 'ERROR' as Reason, errorCode });
}

/** Adds the attribute whose absence made a draw impossible. */
export function withoutUnit(outcome: Outcome, unit: string): Outcome {
  const { details, tally } = outcome;
  if (details === undefined) return outcome;
  if (outcome.withoutUnit?.missingUnit === unit) return outcome.withoutUnit;
  outcome.withoutUnit = outcomeOf(details, outcome.isActive === true, { tally, missingUnit: unit });
  return outcome.withoutUnit;
}

/** Adds the releases that were reached: those of the flag first, then those of its parents. */
export function withReleases(
  outcome: Outcome,
  ownArms: ReleaseArms | undefined,
  parentArms: ReleaseArms | undefined,
): Outcome {
  if (ownArms === undefined && parentArms === undefined) return outcome;
  return withArms(outcome, joined(ownArms, parentArms));
}

/** An outcome without details is an error, and errors report no release. */
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
