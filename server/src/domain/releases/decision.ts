import type { Evaluation } from '../gates/evidence.js';
import type { ReleasePlan } from './plan.js';
import type { PauseReason, ReleaseState } from './release.js';

/** The stored state of a release, without evidence. Times are epoch milliseconds. */
export interface ReleaseStatus {
  readonly state: ReleaseState;
  readonly pauseReason: PauseReason | null;
  readonly plan: ReleasePlan;
  /** Index of the plan's step; -1 before the first. */
  readonly step: number;
  readonly isKilled: boolean;
  readonly startAt: number | null;
  readonly isStartApproved: boolean;
  readonly isStepApproved: boolean;
  readonly holdUntil: number | null;
  /** Observed time in this step: only time with fresh data counts. */
  readonly bakedMs: number;
  readonly isBakeSkipped: boolean;
  readonly lastTickAt: number | null;
  readonly stepStartedAt: number | null;
}

/** Result of one query or probe at this tick, after debounce. */
export interface TickedGate {
  readonly metric: string;
  readonly action: 'rollback' | 'pause' | 'watch';
  readonly status: 'OK' | 'BREACH' | 'NO_DATA' | 'ERROR';
  readonly value: number | null;
  /** k of n ticks breached. */
  readonly hasFired: boolean;
  /** No data, or only errors, for longer than its grace. */
  readonly isOverdue: boolean;
  /** When the silence exceeds, or exceeded, the grace period; absent in older decisions. */
  readonly overdueAt?: number;
  readonly onNoData: 'hold' | 'rollback' | 'ignore';
  readonly message: string | null;
}

export interface RecentMarker {
  readonly label: string;
  readonly at: number;
  /** A deploy of new code, which affects both arms: it may restart the bake. */
  readonly isDeploy: boolean;
}

/** The evidence and the environment of a release at one tick. */
export interface TickFacts {
  readonly now: number;
  readonly evaluation: Evaluation;
  readonly ticked: readonly TickedGate[];
  /** Time up to which every live instance has flushed; null: no instance has. */
  readonly watermark: number | null;
  readonly liveInstances: number;
  readonly silentInstances: readonly string[];
  /** Closed windows and running freezes, as sentences with the next opening. */
  readonly closed: readonly {
    readonly kind: 'window' | 'freeze';
    readonly what: string;
    readonly opensAt: number | null;
  }[];
  /** Why parent flags prevent a rise of exposure; absent in older decisions. */
  readonly dependencies?: readonly string[];
  /** Markers of the last 15 minutes, newest first. */
  readonly recentMarkers: readonly RecentMarker[];
  /**
   * Gates without any number in this round, so that a misspelled event is not taken for a quiet
   * one. Failures of requests (`http.*`) count as seen as soon as there are requests.
   */
  readonly neverSeen: readonly string[];
}

export const HOLD_CODES = [
  'FREEZE',
  'WINDOW',
  'HOLD_UNTIL',
  'DEPENDENCY',
  'STALE_DATA',
  'NO_DATA',
  'SOURCE_ERROR',
  'BAKE',
  'UNITS',
  'IMMATURE',
  'SUSPICIOUS',
  'NOT_EARNED',
  'UNSTABLE_UNITS',
] as const;
export type HoldCode = (typeof HOLD_CODES)[number];

export interface Hold {
  readonly code: HoldCode;
  /** A sentence with the numbers. */
  readonly message: string;
  readonly metric?: string;
}

export type DecisionAction =
  | 'none'
  | 'start'
  | 'hold'
  | 'await_approval'
  | 'advance'
  | 'final_bake'
  | 'complete'
  | 'pause'
  | 'rollback'
  | 'finish_rollback'
  | 'kill';

export interface Decision {
  readonly action: DecisionAction;
  /** One sentence with the numbers, shown unchanged on the page. */
  readonly sentence: string;
  readonly holds: readonly Hold[];
  readonly pauseReason?: PauseReason;
  /** Metrics that caused the verdict. */
  readonly because: readonly string[];
  /** Bake clock after this tick. */
  readonly bakedMs: number;
}
