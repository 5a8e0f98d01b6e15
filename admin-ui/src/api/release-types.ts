import type * as dto from '@sluice/server/app-type';
import type { FieldMessage } from './types.js';

export type Evaluation = dto.EvaluationDto;
export type GateEvidence = dto.GateEvidenceDto;
export type PhaseEvidence = GateEvidence['phases'][number];
export type LimitEvidence = Evaluation['limits'][number];
export type GateVerdict = GateEvidence['verdict'];
export type MetricDefinition = dto.MetricDefinitionDto;
export type Hold = dto.HoldDto;
export type ReleasePlan = dto.ReleasePlanDto;
export type PlanInput = dto.PlanInputDto;
export type StepPlan = ReleasePlan['steps'][number];
export type GatePlan = ReleasePlan['gates'][number];
export type ReleaseState = dto.ReleaseStateDto;
export type PauseReason = dto.PauseReasonDto;

/** A stretch of a release with one constant share. */
export interface ReleasePhase {
  readonly phase: number;
  readonly segment: number;
  readonly step: number;
  readonly percent: number;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly cause: string;
  readonly revision: number | null;
}

/** One attempt to open one rule of a flag in one environment. */
export interface Release {
  readonly id: string;
  readonly environment: string;
  readonly flag: string;
  readonly ruleId: string;
  readonly state: ReleaseState;
  readonly pauseReason: PauseReason | null;
  readonly plan: ReleasePlan;
  /** Index of the plan's step; -1 before the first. */
  readonly step: number;
  readonly phase: number;
  readonly segment: number;
  readonly percent: number;
  readonly startPercent: number;
  readonly sentence: string;
  readonly holds: readonly Hold[];
  readonly awaitsApproval: boolean;
  readonly evaluation: Evaluation | null;
  /** What queries and probes said last. */
  readonly ticked: readonly (Measurement & { readonly metric: string; readonly at: string })[];
  readonly phases: readonly ReleasePhase[];
  readonly bakedMs: number;
  readonly bakeNeededMs: number;
  readonly startAt: string | null;
  readonly holdUntil: string | null;
  readonly nextTickAt: string | null;
  readonly liveInstances: number;
  readonly silentInstances: readonly string[];
  /** Up to which every live instance has flushed; null: nobody has. */
  readonly watermark: string | null;
  readonly rollback: { readonly instances: number; readonly off: number } | null;
  readonly version: number;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

export interface NewRelease {
  readonly ruleId?: string;
  readonly plan: PlanInput;
  readonly start: boolean;
  readonly reason?: string;
}

export interface PlanChange {
  readonly plan: PlanInput;
  readonly reason: string;
}

export interface StepPower {
  readonly step: number;
  readonly percent: number;
  /** People with the feature. */
  readonly unitsPerHour: number;
  /** Per gate: hours until worse than `percent` is ruled out; null: not at this step. */
  readonly ruledOut: readonly {
    readonly metric: string;
    readonly percent: number;
    readonly hours: number | null;
  }[];
}

export interface ReleasePreview {
  readonly errors: readonly FieldMessage[];
  readonly warnings: readonly FieldMessage[];
  readonly plan: ReleasePlan;
  readonly power: readonly StepPower[];
  /** Of the people asked about, 0 to 1. */
  readonly movedShare: number | null;
}

export const RELEASE_COMMANDS = [
  'start',
  'pause',
  'resume',
  'advance',
  'override',
  'approve',
  'hold',
  'skip-bake',
  'jump',
  'rollback',
  'complete',
  'cancel',
  'restart',
] as const;
export type ReleaseCommand = (typeof RELEASE_COMMANDS)[number];

export interface CommandBody {
  readonly reason?: string;
  readonly until?: string;
  readonly step?: number;
  readonly drawNewPeople?: boolean;
}

export interface ReleaseDecision {
  readonly version: number;
  readonly at: string;
  readonly action: string;
  readonly sentence: string;
  readonly actor: { readonly kind: string; readonly id: string; readonly name: string };
  readonly reason: string | null;
}

export interface DecisionInputs extends ReleaseDecision {
  readonly inputsHash: string | null;
  readonly serverVersion: string;
  readonly inputs: unknown;
}

export interface Verification {
  readonly same: boolean;
  readonly stored: unknown;
  readonly recomputed: unknown;
}

export interface Marker {
  readonly id: string;
  readonly type: 'deploy' | 'config' | 'incident' | 'custom';
  readonly service: string;
  readonly version: string;
  /** "deploy of checkout 1.4.2". */
  readonly label: string;
  readonly commit: string | null;
  readonly url: string | null;
  readonly at: string;
  readonly endAt: string | null;
  readonly derived: boolean;
}

export interface ReleaseTimeline {
  readonly phases: readonly ReleasePhase[];
  readonly decisions: readonly ReleaseDecision[];
  readonly markers: readonly Marker[];
}

export interface SeriesPoint {
  readonly at: string;
  readonly phase: number;
  readonly treatment: { readonly count: number; readonly of: number };
  readonly control: { readonly count: number; readonly of: number };
}

export interface ReleaseSeries {
  readonly metric: string;
  readonly points: readonly SeriesPoint[];
}

export interface DrillOutcome {
  readonly stops: boolean;
  readonly action: string | null;
  readonly afterSeconds: number | null;
  /** Who would have had the feature until then. */
  readonly people: number | null;
  readonly sentence: string;
}

/** Settings of a project that releases use. */
interface Listed {
  readonly key: string;
  readonly name: string;
  readonly version: number;
}

export interface Metric extends Listed {
  readonly description: string;
  readonly builtIn: boolean;
  readonly definition: MetricDefinition;
}

export interface Template extends Listed {
  readonly description: string;
  readonly builtIn: boolean;
  readonly plan: PlanInput;
}

export interface Source extends Listed {
  readonly kind: 'prometheus' | 'graphite' | 'http-json' | 'probe';
  readonly url: string;
  readonly hasAuthorization: boolean;
  readonly timeoutMs: number;
  readonly enabled: boolean;
}

export interface Measurement {
  readonly status: 'OK' | 'BREACH' | 'NO_DATA' | 'ERROR';
  readonly value: number | null;
  readonly message: string | null;
}

export interface Window extends Listed {
  readonly kind: 'window' | 'freeze';
  readonly environments: readonly string[];
  readonly timeZone: string | null;
  readonly days: readonly number[] | null;
  readonly opens: string | null;
  readonly closes: string | null;
  readonly startsAt: string | null;
  readonly endsAt: string | null;
}

export interface Webhook {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly format: 'sluice' | 'chat';
  readonly events: readonly string[];
  readonly enabled: boolean;
  readonly version: number;
}

export interface Delivery {
  readonly id: string;
  readonly event: string;
  readonly sentence: string;
  readonly state: 'waiting' | 'delivered' | 'given_up';
  readonly attempts: number;
  readonly createdAt: string;
  readonly deliveredAt: string | null;
  readonly nextAt: string | null;
  readonly lastError: string | null;
}
