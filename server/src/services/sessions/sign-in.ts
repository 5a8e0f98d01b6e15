import { AppError } from '../../domain/errors.js';
import { networkOf } from '../../domain/network-of.js';
import {
  ACCOUNT_THROTTLE,
  FORGET_FAILURES_AFTER_MS,
  NETWORK_THROTTLE,
  type Throttle,
} from '../../domain/sign-in-throttle.js';
import type { Db } from '../../store/db.js';
import {
  forgetAttempts,
  forgetAttemptsBefore,
  reserveAttempt,
  takeBackAttempt,
} from '../../store/sign-in-store.js';
import { findUserByEmail, savePasswordHash, type UserRow } from '../../store/user-store.js';
import type { PasswordHasher } from './password-hasher.js';
import { type OpenedSession, openSession } from './open-session.js';

export interface SignInDeps {
  readonly db: Db;
  readonly now: () => Date;
  readonly hasher: PasswordHasher;
}

export interface SignIn {
  readonly email: string;
  readonly password: string;
  readonly clientIp: string;
  /** Of the cookie that came along; that session ends. */
  readonly oldSessionId: string | undefined;
}

/** One answer and one effort for a wrong password and for an account that does not exist. */
export async function signIn(deps: SignInDeps, input: SignIn): Promise<OpenedSession> {
  const { db } = deps;
  const now = deps.now();
  const account = `account:${input.email.toLowerCase()}`;
  const network = `network:${networkOf(input.clientIp)}`;
  await forgetAttemptsBefore(db, new Date(now.getTime() - FORGET_FAILURES_AFTER_MS));
  await reserve(db, network, NETWORK_THROTTLE, now);
  await reserve(db, account, ACCOUNT_THROTTLE, now);
  const user = await checkPassword(deps, input);
  await forgetAttempts(db, account);
  await takeBackAttempt(db, network);
  return openSession(db, user, { now, oldSessionId: input.oldSessionId });
}

async function reserve(db: Db, subject: string, throttle: Throttle, now: Date): Promise<void> {
  const waitSeconds = await reserveAttempt(db, subject, throttle, now);
  if (waitSeconds === 0) return;
  throw new AppError(
    'RATE_LIMITED',
    `too many attempts to sign in; the next one counts in ${waitSeconds} s`,
    { retryAfterSeconds: waitSeconds },
  );
}

async function checkPassword(deps: SignInDeps, input: SignIn): Promise<UserRow> {
  const user = await findUserByEmail(deps.db, input.email);
  const { matches, isOutdated } = await deps.hasher.verify(
    input.password,
    user?.passwordHash ?? null,
  );
  if (!user || !matches) {
    throw new AppError('UNAUTHENTICATED', 'the e-mail address or the password is wrong');
  }
  if (isOutdated) {
    await savePasswordHash(deps.db, user.id, await deps.hasher.hash(input.password));
  }
  return user;
}
