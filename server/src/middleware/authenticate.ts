import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import { createMiddleware } from 'hono/factory';
import type { Actor } from '../domain/actor.js';
import { AppError } from '../domain/errors.js';
import type { Ctx } from '../services/context.js';
import type { KeyVerifier } from '../services/keys/key-verifier.js';
import type { SignedIn } from '../services/sessions/verify-session.js';
import type { AppEnv } from './app-env.js';
import { refuseForeignOrigin } from './csrf.js';

export interface AuthenticateOptions {
  readonly keys: Pick<KeyVerifier, 'verify'>;
  readonly sessions: { verify(id: string): Promise<SignedIn | null> };
  readonly cookieName: string;
  readonly publicOrigin: string | null;
  /** Creates the context of a request from its actor. */
  readonly contextFor: (actor: Actor, requestId: string) => Ctx;
}

/** Requires an admin key or a session. A cookie is ignored when `Authorization` is present. */
export function authenticate(options: AuthenticateOptions) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const actor =
      c.req.header('Authorization') === undefined
        ? await actorOfSession(c, options)
        : await actorOfKey(c, options);
    c.set('ctx', options.contextFor(actor, c.get('requestId')));
    await next();
  });
}

async function actorOfKey(c: Context<AppEnv>, options: AuthenticateOptions): Promise<Actor> {
  const key = await options.keys.verify(bearerOf(c));
  if (key === null) throw new AppError('UNAUTHENTICATED', 'this key is unknown or has ended');
  if (key.kind !== 'admin') {
    throw new AppError(
      'FORBIDDEN',
      `management needs an admin key or a session, got a ${key.kind} key`,
    );
  }
  return { kind: 'apiKey', id: key.id, name: key.name, projectId: key.projectId };
}

async function actorOfSession(c: Context<AppEnv>, options: AuthenticateOptions): Promise<Actor> {
  const id = getCookie(c, options.cookieName);
  const session = id === undefined ? null : await options.sessions.verify(id);
  if (session === null) {
    throw new AppError('UNAUTHENTICATED', 'sign in, or send "Authorization: Bearer <admin key>"');
  }
  refuseForeignOrigin(c, options.publicOrigin);
  c.set('session', session);
  const { id: userId, name, email } = session.user;
  return { kind: 'user', id: userId, name, email };
}

export function bearerOf(c: Context<AppEnv>): string {
  const match = /^Bearer +([^\s]+)$/i.exec(c.req.header('Authorization') ?? '');
  if (match?.[1] === undefined) {
    throw new AppError('UNAUTHENTICATED', 'Authorization must be "Bearer <key>"');
  }
  return match[1];
}
