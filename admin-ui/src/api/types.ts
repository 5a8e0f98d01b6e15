import type * as schema from './schema.js';

/** The types of the OpenAPI document. Below: parts of them that have no name in the document. */
export type * from './schema.js';
export type { FlagStatus, FlagType } from '@sluice/sdk/core';
export type { FieldError as FieldMessage } from '@sluice/sdk/protocol';

/** The response to a save also contains warnings. */
export type FlagConfig = schema.FlagConfig & Partial<Pick<schema.SavedFlagConfig, 'warnings'>>;
/** The release that manages a rule's percentage. */
export type ManagingRelease = NonNullable<FlagConfig['release']>;
export type KeyKind = schema.Key['kind'];
export type FlagKind = schema.Flag['kind'];

/** Null until the first evaluation of a release. */
export type Evaluation = NonNullable<schema.Release['evaluation']>;
export type WebhookEvent = schema.NewWebhook['events'][number];

export type ReleaseState = schema.Release['state'];
export type Hold = schema.Release['holds'][number];
export type StepPlan = schema.ReleasePlan['steps'][number];
export type GatePlan = schema.ReleasePlan['gates'][number];
export type StepPower = schema.ReleasePreview['power'][number];
export type GateVerdict = schema.GateEvidence['verdict'];
export type PhaseEvidence = schema.GateEvidence['phases'][number];
export type LimitEvidence = Evaluation['limits'][number];
export type SeriesPoint = schema.ReleaseSeries['points'][number];
export type SeriesQuantile = schema.ReleaseSeries['quantiles'][number];

export type ReleaseCommand = schema.Release['commands'][number];

/** The fields that commands take besides their name. */
export interface CommandBody {
  readonly reason: string;
  readonly until?: string;
  readonly step?: number;
  readonly drawNewPeople?: boolean;
}

export const FLAG_KINDS = [
  'release',
  'experiment',
  'operational',
  'permission',
] as const satisfies readonly FlagKind[];

export interface AuditQuery {
  readonly environment?: string;
  readonly targetType?: string;
  readonly targetKey?: string;
  readonly actor?: string;
  readonly cursor?: string;
  readonly limit?: number;
}
