import { createHash } from 'node:crypto';
import { AppError } from '../../domain/errors.js';
import { networkOf } from '../../domain/network-of.js';
import {
  ACCOUNT_THROTTLE,
  FORGET_FAILURES_AFTER_MS,
  NETWORK_THROTTLE,
  type Throttle,
} from '../../domain/sign-in-throttle.js';
import {
  forgetAttempts,
  forgetAttemptsBefore,
  reserveAttempt,
  takeBackAttempt,
} from '../../store/sign-in-store.js';
import { findUserByEmail, savePasswordHash, type UserRow } from '../../store/user-store.js';
import type { Ctx } from '../context.js';
import type { PasswordHasher } from './password-hasher.js';

export interface PasswordAttempt {
  readonly email: string;
  readonly password: string;
  readonly clientIp: string;
}

export interface PasswordCheck {
  /** The account of the address, even if the password is wrong; null when there is none. */
  readonly account: UserRow | null;
  readonly matches: boolean;
}

/**
 * Attempts are counted and delayed for each account and each network. A wrong password takes as
 * long as an account that does not exist.
 */
export async function checkPassword(
  ctx: Ctx,
  hasher: PasswordHasher,
  attempt: PasswordAttempt,
): Promise<PasswordCheck> {
  const { db } = ctx;
  const now = ctx.now();
  const account = `account:${digestOf(attempt.email.toLowerCase())}`;
  const network = `network:${networkOf(attempt.clientIp)}`;
  await forgetAttemptsBefore(db, new Date(now.getTime() - FORGET_FAILURES_AFTER_MS));
  await reserve(ctx, network, NETWORK_THROTTLE);
  await reserve(ctx, account, ACCOUNT_THROTTLE);
  const user = await findUserByEmail(db, attempt.email);
  const verified = await hasher.verify(attempt.password, user?.passwordHash ?? null);
  if (!user || !verified.matches) return { account: user ?? null, matches: false };
  await forgetAttempts(db, account);
  await takeBackAttempt(db, network);
  if (!verified.isOutdated) return { account: user, matches: true };
  const passwordHash = await hasher.hash(attempt.password);
  const isSaved = await savePasswordHash(db, user, passwordHash);
  return { account: isSaved ? { ...user, passwordHash } : user, matches: true };
}

/** Users sometimes type their password as address, so only a digest of the address is stored. */
function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

async function reserve(ctx: Ctx, subject: string, throttle: Throttle): Promise<void> {
  const waitSeconds = await reserveAttempt(ctx.db, subject, throttle, ctx.now());
  if (waitSeconds === 0) return;
  throw new AppError(
    'RATE_LIMITED',
    `too many attempts with a password; the next one counts in ${waitSeconds} s`,
    { retryAfterSeconds: waitSeconds },
  );
}
