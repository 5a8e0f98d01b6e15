import type { ComparedMetric, TickedMetric } from '../metrics/metric.js';
import type { GateAction } from '../releases/plan.js';
import type { PerArm } from './totals.js';

/** A compared gate as it was when its round began; it does not change within the round. */
export interface PinnedGate {
  readonly metric: string;
  readonly definition: ComparedMetric;
  readonly action: GateAction;
  readonly margin: number;
  readonly ruledOut: number;
  readonly floor: number | null;
  /** Scale of the bucketed test: |rate of control| at the first evaluation that was ready. */
  readonly scale: number | null;
  /** Share of the pause family and, for rollback gates, of the rollback family. */
  readonly weights: { readonly pause: number; readonly rollback: number };
}

/** An absolute limit on a share of events, with its own error budget. */
export interface PinnedLimit {
  readonly metric: string;
  readonly action: GateAction;
  readonly limit: number;
}

/** A query or probe that runs at each tick, as it was when its round began. */
export interface PinnedTicked {
  readonly metric: string;
  readonly definition: TickedMetric;
  readonly action: GateAction;
}

/** The gates of a round, written once when the round begins. */
export interface PinnedGates {
  readonly round: number;
  /** Number of comparative steps planned: late onset averages over them. */
  readonly plannedPhases: number;
  /** Number of planned steps, including one at 100 %: absolute limits average over them. */
  readonly plannedSteps: number;
  readonly compared: readonly PinnedGate[];
  readonly limits: readonly PinnedLimit[];
  readonly ticked: readonly PinnedTicked[];
}

/** Highest ln e of this round so far, so later good data never withdraws a verdict. */
export interface Latches {
  readonly round: number;
  readonly pause: number;
  readonly rollback: number;
  readonly sampleRatio: number;
  readonly limits: Readonly<Record<string, number>>;
}

/** A relative effect: 0.5 is +50 %. Null: not bounded yet. */
export interface Bounds {
  readonly estimate: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
}

export type GateVerdict = 'harm' | 'suspicious' | 'clear' | 'unclear';

export interface PhaseEvidence {
  readonly phase: number;
  readonly step: number;
  readonly share: number;
  /** Events or sums of values, by arm. */
  readonly count: PerArm<number>;
  /** Users or requests that `count` is divided by. */
  readonly of: PerArm<number>;
}

export interface GateEvidence {
  readonly metric: string;
  readonly kind: ComparedMetric['kind'];
  readonly action: GateAction;
  /** The data is enough for the test; a gate that is not ready adds nothing to its families. */
  readonly isReady: boolean;
  /** ln of the evidence against "not worse than the margin", late onset included. */
  readonly lnE: number;
  readonly margin: number;
  readonly effect: Bounds;
  /** Degradations above this are ruled out by phases since this step began; null: none yet. */
  readonly ruledOut: number | null;
  /** Bad share of treatment in this step and its upper bound; null where it has no meaning. */
  readonly badShare: { readonly estimate: number; readonly upper: number } | null;
  /** `ruledOut` or `floor` is reached. */
  readonly isEarned: boolean;
  /** Key of another metric that watches the same failure and has earned the step for this gate. */
  readonly provenBy?: string;
  readonly verdict: GateVerdict;
  readonly phases: readonly PhaseEvidence[];
}

export interface FamilyEvidence {
  readonly lnE: number;
  /** Maximum of `lnE` in this round. */
  readonly lnEMax: number;
  /** Share of each metric in the family's evidence. */
  readonly parts: Readonly<Record<string, number>>;
}

export interface LimitEvidence {
  readonly metric: string;
  readonly action: GateAction;
  readonly lnE: number;
  readonly lnEMax: number;
  readonly bad: number;
  readonly total: number;
  readonly limit: number;
}

/** One evaluation of a release, used by the controller, the charts and the page alike. */
export interface Evaluation {
  readonly gates: readonly GateEvidence[];
  readonly limits: readonly LimitEvidence[];
  readonly pause: FamilyEvidence;
  readonly rollback: FamilyEvidence;
  readonly sampleRatio: { readonly lnE: number; readonly lnEMax: number };
  /** Share of users seen in both arms within one phase. */
  readonly bothArmsShare: number;
  /** Distinct users of the current step by arm, scaled up from the sample. */
  readonly stepUnits: PerArm<number>;
  readonly latches: Latches;
  /** The gates, with the scales that became known in this evaluation. */
  readonly pinned: PinnedGates;
}

/** ln of e at which a release holds, pauses and rolls back. */
export const LN_HOLD = Math.log(2);
export const LN_PAUSE = Math.log(20);
export const LN_ROLLBACK = Math.log(100);

/** Bounds of effects and shares are one-sided, each at this error. */
export const BOUND_ALPHA = 0.05;
