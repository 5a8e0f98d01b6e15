import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { Actor } from '../../domain/actor.js';
import { AppError } from '../../domain/errors.js';
import type { AppEnv } from '../../middleware/app-env.js';
import { authorize } from '../../services/authorize.js';
import { clockFrame } from '../../stream/sse-frame.js';
import type { AppDeps } from '../app-deps.js';
import * as s from '../schemas.js';

const live = createRoute({
  method: 'get',
  path: '/projects/{project}/live',
  tags: ['live'],
  summary: 'What changes in a project, as server-sent events',
  description:
    '`change` { environment, revision, at, flags, segments }: a ruleset has a new revision. ' +
    '`project` {}: something else has changed. `heartbeat` { now } every 15 seconds.',
  request: { params: s.projectParams },
  responses: {
    200: { description: 'A stream', content: { 'text/event-stream': { schema: z.string() } } },
    ...s.problems('NOT_FOUND', 'RATE_LIMITED'),
  },
});

const PERSON = 'user:';

/** Whether a user owns the stream. All other owners are admin keys, which can be revoked. */
export function isPerson(owner: string): boolean {
  return owner.startsWith(PERSON);
}

export function liveRoutes({ delivery, now }: AppDeps) {
  const { liveHub } = delivery;
  return new OpenAPIHono<AppEnv>().openapi(live, async (c) => {
    const ctx = c.get('ctx');
    const { projectId } = await authorize(ctx, 'project:read', c.req.valid('param'));
    const outgoing = c.env.outgoing;
    if (!outgoing || !('socket' in outgoing)) throw new Error('streams need an HTTP/1 connection');
    const owner = ownerOf(ctx.actor);
    if (liveHub.admit(owner) !== 'admitted') {
      const message = 'as many live pages are open as there may be, or this server is stopping';
      throw new AppError('RATE_LIMITED', message, { retryAfterSeconds: 5 });
    }
    const hello = clockFrame('heartbeat', now().getTime());
    liveHub.open(outgoing, { topic: projectId, owner }, hello);
    return RESPONSE_ALREADY_SENT;
  });
}

function ownerOf(actor: Actor): string {
  return actor.kind === 'user' ? `${PERSON}${actor.id}` : actor.id;
}
