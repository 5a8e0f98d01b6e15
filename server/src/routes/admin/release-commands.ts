import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { COMMAND_NAMES, COMMANDS, type Command } from '../../domain/releases/commands.js';
import type { AppEnv } from '../../middleware/app-env.js';
import { authorize } from '../../services/authorize.js';
import { type CommandRequest, commandRelease } from '../../services/releases/command-release.js';
import { readRelease } from '../../store/read-models/release-view.js';
import * as s from '../schemas.js';
import { releaseDto } from './release-schemas.js';
import { idempotencyHeader, releaseParams } from './releases.js';
import { OF_WRITES } from './usual-problems.js';

const reason = s.reasonSchema;

/** The schema of a command's body by the kind of its input. */
const BODIES = {
  none: z
    .strictObject({ reason })
    .openapi('ReleaseReason', { example: { reason: 'the numbers look odd' } }),
  until: z
    .strictObject({ reason, until: z.iso.datetime({ offset: true }) })
    .openapi('HoldRelease', { example: { reason: 'a fair', until: '2026-02-01T09:00:00Z' } }),
  step: z
    .strictObject({ reason, step: z.number().int().min(0) })
    .openapi('JumpRelease', { example: { reason: 'back to few', step: 0 } }),
  people: z
    .strictObject({ reason, drawNewPeople: z.boolean().default(false) })
    .openapi('RestartRelease', { example: { reason: 'fixed', drawNewPeople: false } }),
};

/** One route per command. The response is the release after the command. */
export function releaseCommandRoutes() {
  return COMMAND_NAMES.map(commandRoute);
}

function commandRoute(command: Command) {
  const { summary, input } = COMMANDS[command];
  const body: z.ZodType = BODIES[input];
  const route = createRoute({
    method: 'post',
    path: `/projects/{project}/environments/{environment}/flags/{flag}/releases/{release}/${command}`,
    tags: ['releases'],
    summary,
    request: { params: releaseParams, headers: idempotencyHeader, body: s.jsonRequest(body) },
    responses: {
      200: s.jsonResponse(releaseDto, 'The release'),
      ...s.problems(...OF_WRITES, 'NOT_FOUND', 'CONFLICT', 'RELEASE_ACTIVE', 'LIMIT_EXCEEDED'),
    },
  });
  return new OpenAPIHono<AppEnv>().openapi(route, async (c) => {
    const ctx = c.get('ctx');
    const { flag, release, ...scope } = c.req.valid('param');
    const grant = await authorize(ctx, 'release:write', scope);
    const idempotencyKey = c.req.valid('header')['idempotency-key'];
    const asked = c.req.valid('json') as object;
    // The cast is safe: the schema of the route has validated the body for this command.
    const request = { ...asked, command, flag, release, idempotencyKey } as CommandRequest;
    const id = await commandRelease(ctx, grant, request);
    return c.json(s.withEtag(c, await readRelease(ctx.db, grant, flag, id)), 200);
  });
}
