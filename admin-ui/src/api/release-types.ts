import type * as dto from '@sluice/server/app-type';

/** Opens one rule of a flag in one environment, step by step. */
export type Release = dto.ReleaseDto;
export type ReleaseState = Release['state'];
/** A stretch of a release with one constant share. */
export type ReleasePhase = Release['phases'][number];
export type Hold = dto.HoldDto;
export type ReleasePlan = dto.ReleasePlanDto;
export type StepPlan = ReleasePlan['steps'][number];
export type GatePlan = ReleasePlan['gates'][number];
export type PlanInput = dto.PlanInputDto;
export type NewRelease = dto.NewReleaseDto;
export type PlanChange = dto.PlanChangeDto;
export type ReleasePreview = dto.ReleasePreviewDto;
export type StepPower = dto.StepPowerDto;
export type ReleaseCommand = dto.ReleaseCommandDto;

/** What one or another command takes beside its name. */
export interface CommandBody {
  readonly reason: string;
  readonly until?: string;
  readonly step?: number;
  readonly drawNewPeople?: boolean;
}

export type Evaluation = dto.EvaluationDto;
export type GateEvidence = dto.GateEvidenceDto;
export type GateVerdict = GateEvidence['verdict'];
export type PhaseEvidence = GateEvidence['phases'][number];
export type LimitEvidence = Evaluation['limits'][number];

export type ReleaseTimeline = dto.ReleaseTimelineDto;
export type ReleaseDecision = ReleaseTimeline['decisions'][number];
export type Marker = dto.MarkerDto;
export type DecisionDetails = dto.DecisionDetailsDto;
export type Verification = dto.VerificationDto;
export type ReleaseSeries = dto.ReleaseSeriesDto;
export type SeriesPoint = ReleaseSeries['points'][number];
export type SeriesQuantile = ReleaseSeries['quantiles'][number];
export type DrillOutcome = dto.DrillOutcomeDto;

/** Settings of a project that releases use. */
export type Metric = dto.MetricDto;
export type MetricDefinition = dto.MetricDefinitionDto;
export type Template = dto.TemplateDto;
export type Source = dto.SourceDto;
export type Measurement = dto.MeasurementDto;
export type Window = dto.WindowDto;
export type Webhook = dto.WebhookDto;
export type CreatedWebhook = dto.CreatedWebhookDto;
export type Delivery = dto.DeliveryDto;
