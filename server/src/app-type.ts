import type { z } from '@hono/zod-openapi';
import type { auditEntryDto } from './routes/admin/audit.js';
import type {
  flagChange,
  flagConfigChange,
  flagConfigDto,
  flagDto,
  newFlag,
  savedFlagConfigDto,
} from './routes/admin/flag-schemas.js';
import type { instanceDto } from './routes/admin/instances.js';
import type { previewDto } from './routes/admin/preview.js';
import type { environmentDto, projectDto } from './routes/admin/project-schemas.js';
import type { receiptsDto } from './routes/admin/receipts.js';
import type { newRelease, planChange } from './routes/admin/release-schemas.js';
import type { rulesetDto } from './routes/admin/ruleset-schemas.js';
import type { segmentDto } from './routes/admin/segments.js';
import type { sessionDto } from './routes/admin/session.js';

/** What the management API answers and takes, for the admin UI. Types only. */
export type ProjectDto = z.infer<typeof projectDto>;
export type EnvironmentDto = z.infer<typeof environmentDto>;
export type FlagDto = z.infer<typeof flagDto>;
export type NewFlagDto = z.infer<typeof newFlag>;
export type FlagChangeDto = z.infer<typeof flagChange>;
export type FlagConfigDto = z.infer<typeof flagConfigDto>;
export type SavedFlagConfigDto = z.infer<typeof savedFlagConfigDto>;
export type FlagConfigChangeDto = z.infer<typeof flagConfigChange>;
export type SegmentDto = z.infer<typeof segmentDto>;
export type PreviewDto = z.infer<typeof previewDto>;
export type RulesetDto = z.infer<typeof rulesetDto>;
export type AuditEntryDto = z.infer<typeof auditEntryDto>;
export type ReceiptsDto = z.infer<typeof receiptsDto>;
export type InstanceDto = z.infer<typeof instanceDto>;
export type SessionDto = z.infer<typeof sessionDto>;
export type NewReleaseDto = z.infer<typeof newRelease>;
export type PlanChangeDto = z.infer<typeof planChange>;
export type {
  Evaluation as EvaluationDto,
  GateEvidence as GateEvidenceDto,
} from './domain/gates/evidence.js';
export type { StepPower as StepPowerDto } from './domain/gates/power.js';
export type { MetricDefinition as MetricDefinitionDto } from './domain/metrics/metric.js';
export type { Command as ReleaseCommandDto } from './domain/releases/commands.js';
export type { Hold as HoldDto } from './domain/releases/decision.js';
export type { DrillOutcome as DrillOutcomeDto } from './domain/releases/drill.js';
export type { ReleasePlan as ReleasePlanDto } from './domain/releases/plan.js';
export type { PlanInput as PlanInputDto } from './domain/releases/plan-input.js';
export type { Measurement as MeasurementDto } from './domain/sources/measurement.js';
export type { CreatedKey as CreatedKeyDto } from './services/keys/create-key.js';
export type { KeyDto } from './services/keys/key-dto.js';
export type { ReleaseSeries as ReleaseSeriesDto } from './services/releases/find-release-series.js';
export type { ReleasePreview as ReleasePreviewDto } from './services/releases/preview-release.js';
export type { Verification as VerificationDto } from './services/releases/verify-decision.js';
export type { CreatedWebhook as CreatedWebhookDto } from './services/webhooks/create-webhook.js';
export type { MarkerView as MarkerDto } from './store/read-models/marker-view.js';
export type { MetricView as MetricDto } from './store/read-models/metric-view.js';
export type {
  DecisionDetails as DecisionDetailsDto,
  ReleaseTimeline as ReleaseTimelineDto,
} from './store/read-models/release-timeline.js';
export type { ReleaseView as ReleaseDto } from './store/read-models/release-view.js';
export type { SourceView as SourceDto } from './store/read-models/source-view.js';
export type { TemplateView as TemplateDto } from './store/read-models/template-view.js';
export type {
  DeliveryView as DeliveryDto,
  WebhookView as WebhookDto,
} from './store/read-models/webhook-view.js';
export type { WindowView as WindowDto } from './store/read-models/window-view.js';
export type { Problem as ProblemDto } from '@sluice/sdk/protocol';

export interface PageDto<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}
