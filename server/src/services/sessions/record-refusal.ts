import type { InstallationGrant } from '../../domain/grant.js';
import { recordAudit } from '../../store/audit-store.js';
import { type Ctx, inTransaction } from '../context.js';

export interface RefusedPassword {
  readonly action: 'user.refuse-sign-in' | 'user.refuse-password';
  /** Null when there is no account: the typed address may be a password, so it is not stored. */
  readonly email: string | null;
  readonly clientIp: string;
}

/** Writes an audit entry for a wrong password. Throttled attempts are not checked and get none. */
export async function recordRefusal(
  ctx: Ctx,
  _grant: InstallationGrant,
  { action, email, clientIp }: RefusedPassword,
): Promise<void> {
  await inTransaction(ctx, (tx) =>
    recordAudit(tx, {
      ...{ actor: ctx.actor, requestId: ctx.requestId, projectId: null, environmentId: null },
      ...{ action, target: { type: 'user', key: email ?? 'of an unknown address' } },
      before: null,
      after: { clientIp },
    }),
  );
}
