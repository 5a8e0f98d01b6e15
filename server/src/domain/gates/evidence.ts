import type { ComparedMetric, TickedMetric } from '../metrics/metric.js';
import type { GateAction } from '../releases/plan.js';
import type { PerArm } from './totals.js';

/** A compared gate as it was when its round began; never changed within one. */
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

/** An absolute limit over counts, with its own error budget. */
export interface PinnedLimit {
  readonly metric: string;
  readonly action: GateAction;
  readonly limit: number;
}

/** A query or probe that is asked at each tick, as it was when its round began. */
export interface PinnedTicked {
  readonly metric: string;
  readonly definition: TickedMetric;
  readonly action: GateAction;
}

/** What a round of a release is judged by, written once. */
export interface PinnedGates {
  readonly round: number;
  /** Number of comparative steps planned: late onset averages over them. */
  readonly plannedPhases: number;
  /** Number of all steps planned, the last at 100 % too: absolute limits average over them. */
  readonly plannedSteps: number;
  readonly compared: readonly PinnedGate[];
  readonly limits: readonly PinnedLimit[];
  readonly ticked: readonly PinnedTicked[];
}

/** Highest values of this round so far: later good data never takes a verdict back. */
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
  /** Events, or values summed; by arm. */
  readonly count: PerArm<number>;
  /** People or requests that the count is of. */
  readonly of: PerArm<number>;
}

export interface GateEvidence {
  readonly metric: string;
  readonly kind: ComparedMetric['kind'];
  readonly action: GateAction;
  /** Enough data for the test; an unready gate adds nothing to its families. */
  readonly isReady: boolean;
  /** ln of the evidence against "not worse than the margin", late onset included. */
  readonly lnE: number;
  readonly margin: number;
  readonly effect: Bounds;
  /** From phases since this step began: degradations above this are ruled out; null: none yet. */
  readonly ruledOut: number | null;
  /** Treated side's bad share in this step and its upper bound; null where it means nothing. */
  readonly badShare: { readonly estimate: number; readonly upper: number } | null;
  /** `ruledOut` or `floor` is reached. */
  readonly isEarned: boolean;
  /** Reached by this other metric, which watches the same failure. */
  readonly provenBy?: string;
  readonly verdict: GateVerdict;
  readonly phases: readonly PhaseEvidence[];
}

export interface FamilyEvidence {
  readonly lnE: number;
  /** With what came before in this round. */
  readonly lnEMax: number;
  /** Share of the family's evidence by metric. */
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

/** One evaluation of a release: the same for the controller, the charts and the page. */
export interface Evaluation {
  readonly gates: readonly GateEvidence[];
  readonly limits: readonly LimitEvidence[];
  readonly pause: FamilyEvidence;
  readonly rollback: FamilyEvidence;
  readonly sampleRatio: { readonly lnE: number; readonly lnEMax: number };
  /** Share of people seen on both sides within one phase. */
  readonly bothArmsShare: number;
  /** Treated people with the feature in the current step: distinct, scaled up from the sample. */
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
