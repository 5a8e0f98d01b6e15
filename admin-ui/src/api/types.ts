import type { Condition, FlagStatus, FlagType, JsonValue, Rule } from '@sluice/sdk/core';

export type { FlagStatus, FlagType, JsonValue, Rule } from '@sluice/sdk/core';

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export interface Session {
  readonly user: { id: string; email: string; name: string; role: string };
  readonly serverVersion: string;
}

export interface Environment {
  readonly key: string;
  readonly name: string;
  readonly protected: boolean;
  readonly position: number;
  readonly version: number;
  readonly epoch: string;
  readonly revision: number;
  readonly revisedAt: string;
  readonly createdAt: string;
}

export interface Project {
  readonly key: string;
  readonly name: string;
  readonly version: number;
  readonly createdAt: string;
  readonly environments: readonly Environment[];
}

export const FLAG_KINDS = ['release', 'experiment', 'operational', 'permission'] as const;
export type FlagKind = (typeof FLAG_KINDS)[number];

export interface FlagOverview {
  readonly status: FlagStatus;
  readonly killed: boolean;
  readonly rules: number;
  readonly percentage: number | null;
}

/** What a PUT of the definition takes. */
export interface FlagBody {
  readonly name: string;
  readonly description: string;
  readonly variants: Readonly<Record<string, JsonValue>>;
  readonly tags: readonly string[];
  readonly owner: string;
  readonly kind: FlagKind;
  readonly expectedLifetimeDays: number | null;
  readonly clientVisible: boolean;
}

export interface Flag extends FlagBody {
  readonly key: string;
  readonly type: FlagType;
  readonly seed: string;
  readonly archivedAt: string | null;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly environments: Readonly<Record<string, FlagOverview>>;
}

export interface NewFlag extends Partial<FlagBody> {
  readonly key: string;
  readonly type?: FlagType;
  readonly offVariant?: string;
}

/** What a PUT of an environment's configuration takes. */
export interface ConfigBody {
  readonly status: FlagStatus;
  readonly parent: string | null;
  readonly offVariant: string;
  readonly onVariant: string | null;
  readonly defaultVariant: string | null;
  readonly rules: readonly Rule[];
}

export interface FieldMessage {
  readonly pointer: string;
  readonly message: string;
}

export interface FlagConfig extends ConfigBody {
  readonly project: string;
  readonly environment: string;
  readonly flag: string;
  readonly killed: boolean;
  readonly kill: { reason: string; at: string; by: string; revision: number } | null;
  readonly version: number;
  readonly updatedAt: string;
  readonly updatedBy: string | null;
  readonly warnings?: readonly FieldMessage[];
}

export interface Receipt {
  readonly id: string;
  readonly service: string;
  readonly serviceVersion: string;
  readonly state: 'off' | 'pending' | 'silent';
  readonly ms: number | null;
  readonly appliedRevision: number | null;
  readonly lastSeenAt: string;
}

export interface Receipts {
  readonly killed: boolean;
  readonly revision: number | null;
  readonly killedAt: string | null;
  readonly instances: number;
  readonly off: number;
  readonly allOff: boolean;
  readonly slowest: { id: string; service: string; ms: number } | null;
  readonly p50Ms: number | null;
  readonly items: readonly Receipt[];
}

export interface PreviewResult {
  readonly value: JsonValue;
  readonly variant?: string;
  readonly reason: string;
  readonly ruleId?: string;
  readonly errorCode?: string;
  readonly active: boolean;
}

export interface Preview {
  readonly results: readonly PreviewResult[];
  readonly proposed?: readonly PreviewResult[];
  readonly movedShare?: number;
}

export interface SegmentBody {
  readonly name: string;
  readonly description: string;
  readonly when: Condition;
}

export interface Segment extends SegmentBody {
  readonly key: string;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly usedBy: {
    flags: readonly { environment: string; flag: string }[];
    segments: readonly string[];
  };
}

export type KeyKind = 'server' | 'client' | 'admin';

export interface Key {
  readonly id: string;
  readonly kind: KeyKind;
  readonly name: string;
  readonly environment: string | null;
  readonly hint: string;
  readonly createdBy: string | null;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  readonly lastUsedAt: string | null;
}

export interface NewKey {
  readonly kind: KeyKind;
  readonly name: string;
  readonly environment?: string;
  readonly expiresAt?: string;
}

export interface Instance {
  readonly id: string;
  readonly service: string;
  readonly serviceVersion: string;
  readonly sdk: string;
  readonly applied: { epoch: string; revision: number; at: string } | null;
  readonly connected: boolean;
  readonly lastSeenAt: string;
  readonly state: 'live' | 'silent';
}

export interface AuditChange {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface AuditEntry {
  readonly id: string;
  readonly at: string;
  readonly actor: { kind: string; id: string; name: string };
  readonly action: string;
  readonly environment: string | null;
  readonly target: { type: string; key: string };
  readonly before: unknown;
  readonly after: unknown;
  readonly changes: readonly AuditChange[];
  readonly reason: string | null;
  readonly revision: number | null;
  readonly requestId: string;
}

export interface AuditQuery {
  readonly environment?: string;
  readonly targetType?: string;
  readonly targetKey?: string;
  readonly actor?: string;
  readonly cursor?: string;
  readonly limit?: number;
}
