import type { KeyKind } from '../../domain/key-secret.js';
import type { KeyRow } from '../../store/key-store.js';

export interface KeyDto {
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

export function toKeyDto(row: KeyRow): KeyDto {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    environment: row.environmentKey,
    hint: row.hint,
    createdBy: row.createdBy,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  };
}
