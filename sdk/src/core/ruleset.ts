/**
 * The ruleset document that SDKs receive and the server evaluates. All of it is plain, readonly
 * data; unknown fields are kept and ignored.
 */
export type FlagType = 'boolean' | 'string' | 'number' | 'json';
export type FlagStatus = 'off' | 'on' | 'inherit' | 'conditional';

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

export interface Ruleset {
  readonly schema: 1;
  readonly project: string;
  readonly environment: string;
  /** The history to which `revision` belongs. */
  readonly epoch: string;
  readonly revision: number;
  /** When this revision was committed, epoch milliseconds. */
  readonly at: number;
  readonly flags: Readonly<Record<string, Flag>>;
  readonly segments: Readonly<Record<string, Segment>>;
}

export interface Flag {
  readonly type: FlagType;
  /** Users are drawn by this seed, which is the same in every environment. Contains no ":". */
  readonly seed: string;
  readonly variants: Readonly<Record<string, JsonValue>>;
  readonly offVariant: string;
  readonly onVariant?: string;
  /** Default: `offVariant`. */
  readonly defaultVariant?: string;
  readonly status: FlagStatus;
  readonly killed?: boolean;
  readonly parent?: string;
  readonly rules?: readonly Rule[];
}

export interface Rule {
  readonly id: string;
  /** Absent: matches every context. */
  readonly when?: Condition;
  readonly rollout?: Rollout;
  readonly serve: Serve;
  readonly release?: RuleRelease;
}

export type Serve =
  | { readonly variant: string }
  /** Integer weights 1…100000 by variant. */
  | { readonly split: Readonly<Record<string, number>> };

export interface Rollout {
  /** Percent, at most three decimals; default 0. */
  readonly from?: number;
  /** Percent, at most three decimals. */
  readonly to: number;
  /** The attribute that users are drawn by; default `targetingKey`. */
  readonly by?: string;
  /** Default: the flag's seed. */
  readonly seed?: string;
  /** Bucketing algorithm; default `sluice`. */
  readonly hash?: string;
}

export interface RuleRelease {
  readonly id: string;
  readonly phase: number;
  readonly phaseStartedAt?: number;
  readonly warmUpSeconds?: number;
  readonly salt?: string;
  readonly sample?: number;
  readonly metrics?: readonly ReleaseMetric[];
}

export interface ReleaseMetric {
  readonly key: string;
  readonly kind: string;
  /** The counted event; for an `slo`, the bad events. */
  readonly event: string;
  /** For an `slo`: all events. */
  readonly total?: string;
  readonly attribution: 'request' | 'assignment';
  readonly per?: string;
  readonly thresholdMs?: number;
  readonly cap?: number;
}

export interface Segment {
  readonly when: Condition;
}

export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | { readonly segment: string }
  | Leaf;

export interface Leaf {
  readonly attribute: string;
  readonly operator: Operator;
  readonly values: readonly (string | number | boolean)[];
  readonly ignoreCase?: boolean;
}

export const OPERATORS = [
  'in',
  'contains',
  'startsWith',
  'endsWith',
  'matches',
  'lessThan',
  'lessThanOrEqual',
  'greaterThan',
  'greaterThanOrEqual',
  'before',
  'after',
  'semverEquals',
  'semverLessThan',
  'semverLessThanOrEqual',
  'semverGreaterThan',
  'semverGreaterThanOrEqual',
  'ipIn',
  'exists',
] as const;
export type Operator = (typeof OPERATORS)[number];
