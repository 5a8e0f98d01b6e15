import { ulid } from 'ulid';
import { AppError } from '../../domain/errors.js';
import type { InstallationGrant } from '../../domain/grant.js';
import { recordAudit } from '../../store/audit-store.js';
import { hasUsers, insertUser, lockUsers, type UserRow } from '../../store/user-store.js';
import { type Ctx, inTransaction } from '../context.js';

export interface FirstAdmin {
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string;
}

/** Works once. It fails as soon as there is any account. */
export async function createFirstAdmin(
  ctx: Ctx,
  grant: InstallationGrant,
  input: FirstAdmin,
): Promise<UserRow> {
  return inTransaction(ctx, async (tx) => {
    await lockUsers(tx);
    if (await hasUsers(tx)) throw new AppError('CONFLICT', 'the first admin exists already');
    const user = await insertUser(tx, grant, { id: ulid(), ...input });
    const { id, email, name, role } = user;
    await recordAudit(tx, {
      actor: ctx.actor,
      requestId: ctx.requestId,
      projectId: null,
      environmentId: null,
      action: 'user.create',
      target: { type: 'user', key: email },
      before: null,
      after: { id, email, name, role },
    });
    return user;
  });
}
