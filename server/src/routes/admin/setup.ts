import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { SYSTEM } from '../../domain/actor.js';
import { AppError } from '../../domain/errors.js';
import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from '../../domain/password-rules.js';
import type { AppEnv } from '../../middleware/app-env.js';
import { refuseForeignBrowser } from '../../middleware/csrf.js';
import { jsonBody, KIB } from '../../middleware/json-body.js';
import { authorizeAccount, authorizeInstallation } from '../../services/authorize.js';
import { openSession } from '../../services/sessions/open-session.js';
import { createFirstAdmin } from '../../services/setup/create-first-admin.js';
import { isSetupNeeded } from '../../services/setup/is-setup-needed.js';
import type { AppDeps } from '../app-deps.js';
import * as s from '../schemas.js';
import { sessionDto, startSession } from './session.js';

const setupDto = z.object({ needed: z.boolean() }).openapi('Setup');

const firstAdmin = z
  .strictObject({
    token: z.string().min(1).max(256).openapi({ description: 'From the link in the start log' }),
    email: z.email().max(320),
    password: z.string().min(PASSWORD_LENGTH_MIN).max(PASSWORD_LENGTH_MAX),
    name: s.nameSchema.optional(),
  })
  .openapi('FirstAdmin', {
    example: {
      token: 'the one of the start log',
      email: 'ada@example.com',
      password: 'correct horse battery staple',
    },
  });

const show = createRoute({
  method: 'get',
  path: '/setup',
  tags: ['setup'],
  security: [],
  summary: 'Whether the first admin is still missing',
  responses: { 200: s.jsonResponse(setupDto, 'The state of the setup') },
});

const finish = createRoute({
  method: 'post',
  path: '/setup',
  tags: ['setup'],
  security: [],
  summary: 'Make the first admin with the one-time link, and sign in',
  middleware: jsonBody(64 * KIB),
  request: { body: s.jsonRequest(firstAdmin) },
  responses: {
    201: s.jsonResponse(sessionDto, 'Made and signed in'),
    ...s.problems('VALIDATION_FAILED', 'MALFORMED_BODY', 'CONFLICT'),
  },
});

export function setupRoutes(deps: AppDeps) {
  return new OpenAPIHono<AppEnv>()
    .openapi(show, async (c) => c.json({ needed: await isSetupNeeded(deps.db) }, 200))
    .openapi(finish, async (c) => {
      refuseForeignBrowser(c, deps.settings.publicOrigin);
      const { token, email, password, name } = c.req.valid('json');
      if (!deps.setupToken.matches(token)) {
        throw new AppError('FORBIDDEN', 'the setup link is not valid; the start log prints it');
      }
      if (!(await isSetupNeeded(deps.db))) {
        throw new AppError('CONFLICT', 'the first admin exists already; sign in');
      }
      const ctx = deps.contextFor(SYSTEM, c.get('requestId'));
      const user = await createFirstAdmin(ctx, authorizeInstallation(ctx), {
        email,
        name: name ?? email,
        passwordHash: await deps.hasher.hash(password),
      });
      const person = { kind: 'user', id: user.id, name: user.name, email } as const;
      const own = deps.contextFor(person, c.get('requestId'));
      const session = await openSession(own, authorizeAccount(own), {
        account: user,
        clientIp: c.get('clientIp'),
        oldSessionId: undefined,
      });
      return c.json(startSession(c, deps, session), 201);
    });
}
