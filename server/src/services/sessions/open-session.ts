import { AppError } from '../../domain/errors.js';
import type { AccountGrant } from '../../domain/grant.js';
import { recordAudit } from '../../store/audit-store.js';
import {
  deleteSession,
  deleteStaleSessions,
  insertSession,
  type SessionRow,
} from '../../store/session-store.js';
import { lockPasswordHash, type UserRow } from '../../store/user-store.js';
import { type Ctx, inEssentialTransaction } from '../context.js';
import { drawSessionId, hashSessionId } from './session-id.js';
import { SESSION_AGE_MS_MAX, SESSION_IDLE_MS } from './verify-session.js';

export interface OpenSession {
  /** The account as it was when its password was checked. */
  readonly account: UserRow;
  readonly clientIp: string;
  readonly oldSessionId: string | undefined;
}

export interface OpenedSession {
  /** The cookie's value; it is not stored. */
  readonly id: string;
  readonly user: SessionRow['user'];
}

/** Always draws a new id, so that an id planted before the sign-in is useless. */
export async function openSession(
  ctx: Ctx,
  grant: AccountGrant,
  { account, clientIp, oldSessionId }: OpenSession,
): Promise<OpenedSession> {
  const id = drawSessionId();
  const now = ctx.now();
  const { userId } = grant;
  const oldHash = oldSessionId === undefined ? null : hashSessionId(oldSessionId);
  await inEssentialTransaction(ctx, async (tx) => {
    if ((await lockPasswordHash(tx, grant)) !== account.passwordHash) {
      throw new AppError('UNAUTHENTICATED', 'the password was changed a moment ago');
    }
    await insertSession(tx, { idHash: hashSessionId(id) as string, userId, now });
    if (oldHash !== null) await deleteSession(tx, oldHash);
    await recordAudit(tx, {
      ...{ actor: ctx.actor, requestId: ctx.requestId, projectId: null, environmentId: null },
      ...{ action: 'user.sign-in', target: { type: 'user', key: account.email } },
      before: null,
      after: { clientIp },
    });
  });
  await deleteStaleSessions(ctx.db, {
    seenBefore: new Date(now.getTime() - SESSION_IDLE_MS),
    createdBefore: new Date(now.getTime() - SESSION_AGE_MS_MAX),
  });
  const { email, name, role } = account;
  return { id, user: { id: userId, email, name, role } };
}
