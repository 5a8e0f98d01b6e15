import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { AppError } from '../../domain/errors.js';
import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from '../../domain/password-rules.js';
import type { AppEnv } from '../../middleware/app-env.js';
import { refuseForeignBrowser } from '../../middleware/csrf.js';
import { jsonBody, KIB } from '../../middleware/json-body.js';
import { authorizeAccount } from '../../services/authorize.js';
import { changePassword } from '../../services/sessions/change-password.js';
import type { OpenedSession } from '../../services/sessions/open-session.js';
import { signIn } from '../../services/sessions/sign-in.js';
import { signOut } from '../../services/sessions/sign-out.js';
import { SESSION_AGE_MS_MAX, type SignedIn } from '../../services/sessions/verify-session.js';
import type { AppDeps } from '../app-deps.js';
import * as s from '../schemas.js';
import { OF_WRITES } from './usual-problems.js';

export const sessionDto = z
  .object({
    user: z.object({
      id: z.string(),
      email: z.string(),
      name: z.string(),
      role: z.literal('admin'),
    }),
    serverVersion: z.string(),
  })
  .openapi('Session');

const credentials = z
  .strictObject({
    email: z.string().min(1).max(320),
    password: z.string().min(1).max(PASSWORD_LENGTH_MAX),
  })
  .openapi('Credentials', {
    example: { email: 'ada@example.com', password: 'correct horse battery staple' },
  });

const show = createRoute({
  method: 'get',
  path: '/session',
  tags: ['session'],
  summary: 'Who is signed in',
  responses: { 200: s.jsonResponse(sessionDto, 'The session'), ...s.problems() },
});

const open = createRoute({
  method: 'post',
  path: '/session',
  tags: ['session'],
  security: [],
  summary: 'Sign in; the answer sets the session cookie',
  middleware: jsonBody(64 * KIB),
  request: { body: s.jsonRequest(credentials) },
  responses: {
    200: s.jsonResponse(sessionDto, 'Signed in'),
    ...s.problems('VALIDATION_FAILED', 'MALFORMED_BODY', 'RATE_LIMITED'),
  },
});

const close = createRoute({
  method: 'delete',
  path: '/session',
  tags: ['session'],
  summary: 'Sign out',
  responses: { 204: { description: 'Signed out' }, ...s.problems() },
});

const passwords = z
  .strictObject({
    currentPassword: z.string().min(1).max(PASSWORD_LENGTH_MAX),
    newPassword: z.string().openapi({
      description: `${PASSWORD_LENGTH_MIN} to ${PASSWORD_LENGTH_MAX} characters`,
    }),
  })
  .openapi('PasswordChange', {
    example: {
      currentPassword: 'correct horse battery staple',
      newPassword: 'another horse with a better battery',
    },
  });

const change = createRoute({
  method: 'post',
  path: '/session/password',
  tags: ['session'],
  summary: "Change one's own password; every other session of this person ends",
  request: { body: s.jsonRequest(passwords) },
  responses: {
    204: { description: 'Changed' },
    ...s.problems(...OF_WRITES, 'CONFLICT', 'RATE_LIMITED'),
  },
});

/** Sign-in, the only session route without authentication. */
export function signInRoutes(deps: AppDeps) {
  return new OpenAPIHono<AppEnv>().openapi(open, async (c) => {
    refuseForeignBrowser(c, deps.settings.publicOrigin);
    const session = await signIn(deps, {
      ...c.req.valid('json'),
      clientIp: c.get('clientIp'),
      requestId: c.get('requestId'),
      oldSessionId: getCookie(c, deps.settings.cookieName),
    });
    return c.json(startSession(c, deps, session), 200);
  });
}

export function sessionRoutes(deps: AppDeps) {
  return new OpenAPIHono<AppEnv>()
    .openapi(show, (c) => c.json(toSessionDto(deps, sessionOf(c).user), 200))
    .openapi(close, async (c) => {
      const session = sessionOf(c);
      const ctx = c.get('ctx');
      await signOut(ctx, authorizeAccount(ctx), session);
      const { cookieName: name, https: secure } = deps.settings;
      deleteCookie(c, name, { path: '/', secure });
      return c.body(null, 204);
    })
    .openapi(change, async (c) => {
      const session = sessionOf(c);
      const ctx = c.get('ctx');
      const input = { ...c.req.valid('json'), session, clientIp: c.get('clientIp') };
      await changePassword(ctx, authorizeAccount(ctx), input, deps.hasher);
      return c.body(null, 204);
    });
}

/** Sets the session cookie and returns the response body. */
export function startSession(
  c: Context<AppEnv>,
  deps: AppDeps,
  session: OpenedSession,
): z.infer<typeof sessionDto> {
  const { cookieName, https } = deps.settings;
  setCookie(c, cookieName, session.id, {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    secure: https,
    maxAge: SESSION_AGE_MS_MAX / 1000,
  });
  return toSessionDto(deps, session.user);
}

function toSessionDto(
  { serverVersion }: AppDeps,
  user: SignedIn['user'],
): z.infer<typeof sessionDto> {
  return { user: { ...user }, serverVersion };
}

/** Throws for a request with an admin key, which has no session. */
function sessionOf(c: Context<AppEnv>): SignedIn {
  const session = c.get('session');
  if (session) return session;
  throw new AppError('UNAUTHENTICATED', 'a key has no session; sign in to get one');
}
