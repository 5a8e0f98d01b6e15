import type * as dto from '@sluice/server/app-type';

export type { FlagStatus, FlagType, JsonValue, Rule } from '@sluice/sdk/core';
export type { FieldError as FieldMessage } from '@sluice/sdk/protocol';

export type Page<T> = dto.PageDto<T>;
export type Session = dto.SessionDto;
export type Project = dto.ProjectDto;
export type Environment = dto.EnvironmentDto;
export type Flag = dto.FlagDto;
export type NewFlag = dto.NewFlagDto;
/** Bodies as the server takes them, but never written to. */
export type FlagBody = Frozen<dto.FlagChangeDto>;
export type FlagConfig = dto.FlagConfigDto & Partial<Pick<dto.SavedFlagConfigDto, 'warnings'>>;
/** The release that manages a rule's percentage. */
export type ManagingRelease = NonNullable<FlagConfig['release']>;
export type ConfigBody = Frozen<dto.FlagConfigChangeDto>;
export type Segment = dto.SegmentDto;
export type SegmentBody = Pick<Segment, 'name' | 'description' | 'when'>;
export type Preview = dto.PreviewDto;
export type Ruleset = dto.RulesetDto;
export type AuditEntry = dto.AuditEntryDto;
export type Receipts = dto.ReceiptsDto;
export type Instance = dto.InstanceDto;
export type Key = dto.KeyDto;
export type CreatedKey = dto.CreatedKeyDto;
export type KeyKind = Key['kind'];
export type FlagKind = Flag['kind'];

type Frozen<T> = {
  readonly [Field in keyof T]: T[Field] extends (infer Item)[] ? readonly Item[] : T[Field];
};

export const FLAG_KINDS = [
  'release',
  'experiment',
  'operational',
  'permission',
] as const satisfies readonly FlagKind[];

export interface NewKey {
  readonly kind: KeyKind;
  readonly name: string;
  readonly environment?: string;
  readonly expiresAt?: string;
}

export interface AuditQuery {
  readonly environment?: string;
  readonly targetType?: string;
  readonly targetKey?: string;
  readonly actor?: string;
  readonly cursor?: string;
  readonly limit?: number;
}
