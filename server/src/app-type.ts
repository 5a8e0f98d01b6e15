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
export type { CreatedKey as CreatedKeyDto } from './services/keys/create-key.js';
export type { KeyDto } from './services/keys/key-dto.js';
export type {
  Evaluation as EvaluationDto,
  GateEvidence as GateEvidenceDto,
} from './domain/gates/evidence.js';
export type { MetricDefinition as MetricDefinitionDto } from './domain/metrics/metric.js';
export type { Hold as HoldDto } from './domain/releases/decision.js';
export type { ReleasePlan as ReleasePlanDto } from './domain/releases/plan.js';
export type { PlanInput as PlanInputDto } from './domain/releases/plan-input.js';
export type {
  PauseReason as PauseReasonDto,
  ReleaseState as ReleaseStateDto,
} from './domain/releases/release.js';
export type { Problem as ProblemDto } from '@sluice/sdk/protocol';

export interface PageDto<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}
