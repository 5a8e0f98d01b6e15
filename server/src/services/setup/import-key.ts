import { ulid } from 'ulid';
import { AppError } from '../../domain/errors.js';
import type { EnvironmentGrant } from '../../domain/grant.js';
import type { InitKey } from '../../domain/init-key.js';
import { hashKeySecret, hintOf } from '../../domain/key-secret.js';
import { recordAudit } from '../../store/audit-store.js';
import { findKeyByHash, insertKey, type StoredKey } from '../../store/key-store.js';
import { findPlace } from '../../store/project-store.js';
import { authorize, authorizeInstallation } from '../authorize.js';
import { type Ctx, inTransaction } from '../context.js';
import { createEnvironment } from '../environments/create-environment.js';
import { createProject } from '../projects/create-project.js';
import { toKeyDto } from '../keys/key-dto.js';
import { unlessDone } from './unless-done.js';

/**
 * Creates a key with a secret that the operator chose, and its project and environment if missing.
 * An existing key stays as it is, so a restart does not reactivate a revoked one.
 */
export async function importKey(ctx: Ctx, key: InitKey): Promise<void> {
  authorizeInstallation(ctx);
  const grant = await prepareScope(ctx, key);
  const secret = key.secret.reveal();
  const row = {
    id: ulid(),
    kind: key.kind,
    name: 'initial key',
    projectId: grant?.projectId ?? null,
    environmentId: grant?.environmentId ?? null,
    hint: hintOf(secret),
    createdBy: ctx.actor.name,
    createdAt: ctx.now(),
    expiresAt: null,
  };
  const secretHash = hashKeySecret(secret);
  const existing = await findKeyByHash(ctx.db, secretHash);
  if (existing) return assertSame(key, existing, row);
  await inTransaction(ctx, async (tx) => {
    if (!(await insertKey(tx, { ...row, secretHash }))) return;
    const environmentKey = grant?.environmentKey ?? null;
    await recordAudit(tx, {
      actor: ctx.actor,
      requestId: ctx.requestId,
      projectId: row.projectId,
      environmentId: row.environmentId,
      action: 'key.create',
      target: { type: 'key', key: row.id },
      before: null,
      after: toKeyDto({ ...row, environmentKey, revokedAt: null, lastUsedAt: null }),
    });
  });
}

/** Returns null for a key of all projects. */
async function prepareScope(ctx: Ctx, key: InitKey): Promise<EnvironmentGrant | null> {
  if (key.project === null || key.environment === null) return null;
  const scope = { project: key.project, environment: key.environment };
  const place = await findPlace(ctx.db, scope);
  if (!place.project) {
    const grant = authorizeInstallation(ctx);
    await unlessDone(() => createProject(ctx, grant, { key: scope.project }));
  }
  if (!place.environment) {
    const grant = await authorize(ctx, 'environment:write', { project: scope.project });
    await unlessDone(() => createEnvironment(ctx, grant, { key: scope.environment }));
  }
  return authorize(ctx, 'key:write', scope);
}

/** Fails when the secret already belongs to a key of another kind or scope. */
function assertSame(
  key: InitKey,
  existing: StoredKey,
  wanted: { readonly kind: string; readonly environmentId: string | null },
): void {
  const isSame = existing.kind === wanted.kind && existing.environmentId === wanted.environmentId;
  if (isSame) return;
  const scope = key.project === null ? '*' : `${key.project}/${key.environment}`;
  throw new AppError(
    'CONFLICT',
    `SLUICE_INIT_KEYS: the secret of the ${key.kind} key for ${scope} belongs to key ` +
      `"${existing.id}" (${existing.kind}) already; choose another secret`,
  );
}
