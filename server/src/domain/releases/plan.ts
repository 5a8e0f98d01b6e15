export const ADVANCES = ['earned', 'prove', 'guard'] as const;

export type GateAction = 'rollback' | 'pause' | 'watch';

/** A metric in its use by one release. */
export interface GatePlan {
  readonly metric: string;
  readonly action: GateAction;
  /** Share of its family's error budget; weights are scaled to a sum of 1 at start. */
  readonly weight: number;
  /** Instead of the metric's own. */
  readonly margin: number | null;
  /** A step is earned once a degradation above this is ruled out: 1 is +100 %. */
  readonly ruledOut: number;
  /** … or once the treated side's bad share is surely below this; null: never that way. */
  readonly floor: number | null;
  /** A step must be at least so old: what people do counts long after they got the feature. */
  readonly maturesAfterSeconds: number;
}

export interface StepPlan {
  /** Percent of the rule's audience, 0.001 to 100, at most three decimals. */
  readonly percent: number;
  readonly minBakeSeconds: number;
  /** Distinct treated people wanted in this step. */
  readonly minUnits: number;
  /**
   * `prove`: each gate that acts has ruled out more than its tolerance, and no floor counts.
   * `guard`: time and the absence of harm are enough. Chosen on purpose, shown as such.
   */
  readonly advance: (typeof ADVANCES)[number];
  /** Someone must approve before the release goes beyond this step. */
  readonly approval: boolean;
  /** Only people of this segment; null: everybody the rule is for. */
  readonly audience: string | null;
}

/** Beyond which bad data holds a release, in seconds and per plan. */
export interface ReleasePlan {
  readonly steps: readonly StepPlan[];
  readonly gates: readonly GatePlan[];
  /** Where a rollback goes: nobody, or the percentage before the release. */
  readonly rollbackTo: 'zero' | 'start';
  /** Percent that never gets the feature, as a lasting comparison; the last step ends below 100. */
  readonly holdback: number;
  /** Bake at the last step, with absolute gates only where nobody is left to compare with. */
  readonly finalBakeSeconds: number;
  readonly warmUpSeconds: number;
  readonly tickSeconds: number;
  /** Data older than this holds. */
  readonly maxLagSeconds: number;
  readonly restartBakeOnDeploy: boolean;
  /** Keys of windows inside which alone exposure may rise; none: always. */
  readonly windows: readonly string[];
  readonly startAt: string | null;
  readonly startApproval: boolean;
  readonly template: string | null;
}

export const STEPS_MAX = 50;
export const GATES_MAX = 20;
