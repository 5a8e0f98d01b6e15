export const ADVANCES = ['earned', 'prove', 'guard'] as const;

export type GateAction = 'rollback' | 'pause' | 'watch';

/** A metric as one release uses it. */
export interface GatePlan {
  readonly metric: string;
  readonly action: GateAction;
  /** Share of the family's error budget; weights are scaled to a sum of 1 at the start. */
  readonly weight: number;
  /** Replaces the margin of the metric; null: the metric's own. */
  readonly margin: number | null;
  /** A step is earned once a degradation above this is ruled out: 1 is +100 %. */
  readonly ruledOut: number;
  /** … or once the upper bound of the bad share in treatment is below this; null: no floor. */
  readonly floor: number | null;
  /** Minimum age of a step: some events occur long after users got the feature. */
  readonly maturesAfterSeconds: number;
}

export interface StepPlan {
  /** Percent of the rule's audience, 0.001 to 100, at most three decimals. */
  readonly percent: number;
  readonly minBakeSeconds: number;
  /** Minimum of distinct treatment users in this step. */
  readonly minUnits: number;
  /**
   * `prove`: each gate that acts must rule out more than its tolerance, and floors do not count.
   * `guard`: time and the absence of harm are enough; a deliberate choice that the UI shows.
   */
  readonly advance: (typeof ADVANCES)[number];
  /** A user must approve before the release advances beyond this step. */
  readonly approval: boolean;
  /**
   * Key of a segment that restricts the step to its users; null: all users that the rule matches.
   */
  readonly audience: string | null;
}

/** Limits on bad data beyond which a release holds, in seconds and per plan. */
export interface ReleasePlan {
  readonly steps: readonly StepPlan[];
  readonly gates: readonly GatePlan[];
  /** Target of a rollback: 0 %, or the percentage before the release. */
  readonly rollbackTo: 'zero' | 'start';
  /** Percent that never gets the feature, as a lasting comparison; the last step ends below 100. */
  readonly holdback: number;
  /** Bake at the last step in seconds; without a control group, only absolute gates apply. */
  readonly finalBakeSeconds: number;
  readonly warmUpSeconds: number;
  readonly tickSeconds: number;
  /** The release holds when data is older than this. */
  readonly maxLagSeconds: number;
  readonly restartBakeOnDeploy: boolean;
  /** Keys of windows in which exposure may rise; null: always. */
  readonly windows: readonly string[];
  readonly startAt: string | null;
  readonly startApproval: boolean;
  readonly template: string | null;
}

export const STEPS_MAX = 50;
export const GATES_MAX = 20;
