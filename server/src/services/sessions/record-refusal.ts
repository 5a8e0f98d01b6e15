import type { InstallationGrant } from '../../domain/grant.js';
import { recordAudit } from '../../store/audit-store.js';
import { type Ctx, inTransaction } from '../context.js';

export interface RefusedPassword {
  readonly action: 'user.refuse-sign-in' | 'user.refuse-password';
  /** Of the account; null: there is none, and what was typed may be a password. */
  readonly email: string | null;
  readonly clientIp: string;
}

/** Wrong passwords leave a trace; attempts that came too fast were not looked at and leave none. */
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
