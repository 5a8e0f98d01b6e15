import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppEnv } from '../../middleware/app-env.js';
import { type EnvironmentGrant, authorize } from '../../services/authorize.js';
import type { Ctx } from '../../services/context.js';
import { advanceRelease } from '../../services/releases/advance-release.js';
import { approveRelease } from '../../services/releases/approve-release.js';
import { cancelRelease } from '../../services/releases/cancel-release.js';
import { completeRelease } from '../../services/releases/complete-release.js';
import { holdRelease } from '../../services/releases/hold-release.js';
import { jumpRelease } from '../../services/releases/jump-release.js';
import type { CommandInput } from '../../services/releases/move-release.js';
import { overrideRelease } from '../../services/releases/override-release.js';
import { pauseRelease } from '../../services/releases/pause-release.js';
import { restartRelease } from '../../services/releases/restart-release.js';
import { resumeRelease } from '../../services/releases/resume-release.js';
import { rollBackRelease } from '../../services/releases/roll-back-release.js';
import { skipBake } from '../../services/releases/skip-bake.js';
import { startRelease } from '../../services/releases/start-release.js';
import { readRelease } from '../../store/read-models/release-view.js';
import * as s from '../schemas.js';
import { releaseDto } from './release-schemas.js';
import { idempotencyHeader, releaseParams } from './releases.js';
import { OF_WRITES } from './usual-problems.js';

const reason = s.reasonSchema;
const plain = z
  .strictObject({ reason })
  .openapi('ReleaseReason', { example: { reason: 'the numbers look odd' } });

type Verb<T> = (
  ctx: Ctx,
  grant: EnvironmentGrant<'release:write'>,
  input: CommandInput & T,
) => Promise<string>;

/** A route that gives one command and answers with the release as it is then. */
function command<T extends { readonly reason: string }>(
  name: string,
  summary: string,
  body: z.ZodType<T>,
  verb: Verb<T>,
) {
  const route = createRoute({
    method: 'post',
    path: `/projects/{project}/environments/{environment}/flags/{flag}/releases/{release}/${name}`,
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
    const asked = c.req.valid('json') as T;
    const id = await verb(ctx, grant, { ...asked, flag, release, idempotencyKey });
    return c.json(s.withEtag(c, await readRelease(ctx.db, grant, flag, id)), 200);
  });
}

const holding = z
  .strictObject({ reason, until: z.iso.datetime({ offset: true }) })
  .openapi('HoldRelease', { example: { reason: 'a fair', until: '2026-02-01T09:00:00Z' } });
const jumping = z
  .strictObject({ reason, step: z.number().int().min(0) })
  .openapi('JumpRelease', { example: { reason: 'back to few', step: 0 } });
const restarting = z
  .strictObject({ reason, drawNewPeople: z.boolean().default(false) })
  .openapi('RestartRelease', { example: { reason: 'fixed', drawNewPeople: false } });

export function releaseCommandRoutes() {
  const hold: Verb<z.infer<typeof holding>> = (ctx, grant, { until, ...input }) =>
    holdRelease(ctx, grant, { ...input, until: new Date(until) });
  return [
    command('start', 'Start a draft', plain, startRelease),
    command('pause', 'Stop rising; nobody is added or taken away', plain, pauseRelease),
    command('resume', 'Go on with what is known so far', plain, resumeRelease),
    command('advance', 'One step up, earned or not; the reason is kept', plain, advanceRelease),
    command('override', 'Go on against a verdict; evidence begins anew', plain, overrideRelease),
    command('approve', 'Let it go on, once it asks', plain, approveRelease),
    command('hold', 'Not before a time', holding, hold),
    command('skip-bake', 'The step in force need not wait any longer', plain, skipBake),
    command('jump', 'To any step of the plan, up or down', jumping, jumpRelease),
    command('rollback', 'Down to nobody, or to the percentage before', plain, rollBackRelease),
    command('complete', 'End the final bake now', plain, completeRelease),
    command('cancel', 'End it and leave everybody where they are', plain, cancelRelease),
    command('restart', 'A new release with empty statistics', restarting, restartRelease),
  ];
}
