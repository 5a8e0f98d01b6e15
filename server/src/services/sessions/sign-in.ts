import { type Actor, SYSTEM } from '../../domain/actor.js';
import { AppError } from '../../domain/errors.js';
import { authorizeAccount, authorizeInstallation } from '../authorize.js';
import type { Ctx } from '../context.js';
import { checkPassword, type PasswordAttempt } from './check-password.js';
import { type OpenedSession, openSession } from './open-session.js';
import type { PasswordHasher } from './password-hasher.js';
import { recordRefusal } from './record-refusal.js';

export interface SignInDeps {
  readonly hasher: PasswordHasher;
  readonly contextFor: (actor: Actor, requestId: string) => Ctx;
}

export interface SignIn extends PasswordAttempt {
  readonly requestId: string;
  /** The session of the cookie in the request. The sign-in ends it. */
  readonly oldSessionId: string | undefined;
}

/** A wrong password gets the same answer, as slowly, as an account that does not exist. */
export async function signIn(deps: SignInDeps, input: SignIn): Promise<OpenedSession> {
  const { clientIp, oldSessionId, requestId } = input;
  const nobody = deps.contextFor(SYSTEM, requestId);
  const { account, matches } = await checkPassword(nobody, deps.hasher, input);
  if (account === null || !matches) {
    const email = account?.email ?? null;
    const action = 'user.refuse-sign-in';
    await recordRefusal(nobody, authorizeInstallation(nobody), { action, email, clientIp });
    throw new AppError('UNAUTHENTICATED', 'the e-mail address or the password is wrong');
  }
  const { id, name, email } = account;
  const ctx = deps.contextFor({ kind: 'user', id, name, email }, requestId);
  return openSession(ctx, authorizeAccount(ctx), { account, clientIp, oldSessionId });
}
