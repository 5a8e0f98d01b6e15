import { randomBytes } from 'node:crypto';
import { ulid } from 'ulid';
import type { EnvironmentGrant, Grant } from '../../domain/grant.js';
import {
  formatKeySecret,
  hashKeySecret,
  hintOf,
  KEY_RANDOM_BYTES,
  type KeyKind,
} from '../../domain/key-secret.js';
import { insertKey } from '../../store/key-store.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';
import { type KeyDto, toKeyDto } from './key-dto.js';

export interface CreateKey {
  readonly kind: KeyKind;
  readonly name: string;
  readonly expiresAt: Date | null;
}

export interface CreatedKey extends KeyDto {
  /** Only this answer contains it; the server stores only its digest. */
  readonly secret: string;
}

/** A server or client key belongs to the environment of its grant, an admin key to the project. */
export async function createKey(
  ctx: Ctx,
  grant: Grant<'key:write'> | EnvironmentGrant<'key:write'>,
  input: CreateKey,
): Promise<CreatedKey> {
  const secret = formatKeySecret(input.kind, randomBytes(KEY_RANDOM_BYTES));
  const environment = 'environmentId' in grant ? grant : null;
  const row = {
    id: ulid(),
    ...input,
    projectId: grant.projectId,
    environmentId: environment?.environmentId ?? null,
    hint: hintOf(secret),
    createdBy: ctx.actor.name,
    createdAt: ctx.now(),
  };
  const dto = toKeyDto({
    ...row,
    environmentKey: environment?.environmentKey ?? null,
    revokedAt: null,
    lastUsedAt: null,
  });
  return inTransaction(ctx, async (tx) => {
    await insertKey(tx, { ...row, secretHash: hashKeySecret(secret) });
    await recordChange(tx, ctx, grant, {
      action: 'key.create',
      target: { type: 'key', key: row.id },
      before: null,
      after: dto,
      ...(environment === null ? {} : { environmentId: environment.environmentId }),
    });
    return { ...dto, secret };
  });
}
