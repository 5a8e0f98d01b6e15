import type { AccountGrant } from '../../domain/grant.js';
import { recordAudit } from '../../store/audit-store.js';
import { deleteSession } from '../../store/session-store.js';
import { type Ctx, inEssentialTransaction } from '../context.js';
import type { SignedIn } from './verify-session.js';

export async function signOut(ctx: Ctx, _grant: AccountGrant, session: SignedIn): Promise<void> {
  await inEssentialTransaction(ctx, async (tx) => {
    await deleteSession(tx, session.idHash);
    await recordAudit(tx, {
      ...{ actor: ctx.actor, requestId: ctx.requestId, projectId: null, environmentId: null },
      ...{ action: 'user.sign-out', target: { type: 'user', key: session.user.email } },
      before: null,
      after: null,
    });
  });
}
