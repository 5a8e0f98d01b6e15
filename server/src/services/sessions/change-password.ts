import type { AccountGrant } from '../../domain/grant.js';
import { problemOfPassword } from '../../domain/password-rules.js';
import { assertValid, conflict, invalid } from '../../domain/refusals.js';
import { recordAudit } from '../../store/audit-store.js';
import { deleteOtherSessions } from '../../store/session-store.js';
import { savePasswordHash } from '../../store/user-store.js';
import { authorizeInstallation } from '../authorize.js';
import { type Ctx, inTransaction } from '../context.js';
import { checkPassword } from './check-password.js';
import type { PasswordHasher } from './password-hasher.js';
import { recordRefusal } from './record-refusal.js';
import type { SignedIn } from './verify-session.js';

export interface ChangePassword {
  /** The session that continues. Every other session of this user ends. */
  readonly session: SignedIn;
  readonly clientIp: string;
  readonly currentPassword: string;
  readonly newPassword: string;
}

/** Requires the current password, with the limits of a sign-in: a session may be stolen. */
export async function changePassword(
  ctx: Ctx,
  grant: AccountGrant,
  input: ChangePassword,
  hasher: PasswordHasher,
): Promise<void> {
  const { session, clientIp, currentPassword: password, newPassword } = input;
  const { email } = session.user;
  assertValid(problemsOf(input));
  const { account, matches } = await checkPassword(ctx, hasher, { email, password, clientIp });
  if (account === null || !matches) {
    const action = 'user.refuse-password';
    await recordRefusal(ctx, authorizeInstallation(ctx), { action, email, clientIp });
    throw invalid([{ pointer: '/currentPassword', message: 'is not your password' }]);
  }
  const passwordHash = await hasher.hash(newPassword);
  await inTransaction(ctx, async (tx) => {
    if (!(await savePasswordHash(tx, account, passwordHash))) {
      throw conflict('the password was changed elsewhere a moment ago');
    }
    const endedSessions = await deleteOtherSessions(tx, grant, session.idHash);
    await recordAudit(tx, {
      ...{ actor: ctx.actor, requestId: ctx.requestId, projectId: null, environmentId: null },
      ...{ action: 'user.change-password', target: { type: 'user', key: email } },
      before: null,
      after: { clientIp, endedSessions },
    });
  });
}

function problemsOf({ currentPassword, newPassword }: ChangePassword) {
  const problem = problemOfPassword(newPassword);
  const isSame = newPassword.normalize('NFKC') === currentPassword.normalize('NFKC');
  return [
    ...(problem === null ? [] : [{ pointer: '/newPassword', message: problem }]),
    ...(isSame
      ? [{ pointer: '/newPassword', message: 'must be another one than the current' }]
      : []),
  ];
}
