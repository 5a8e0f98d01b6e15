import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppEnv } from '../../middleware/app-env.js';
import { authorize } from '../../services/authorize.js';
import { assertSourcesAnswer } from '../../services/releases/assert-sources-answer.js';
import { changePlan } from '../../services/releases/change-plan.js';
import { createRelease } from '../../services/releases/create-release.js';
import { pageOfReleases, readRelease } from '../../store/read-models/release-view.js';
import type { AppDeps } from '../app-deps.js';
import * as s from '../schemas.js';
import { newRelease, planChange, releaseDto } from './release-schemas.js';
import { environmentFlagParams } from './ruleset-schemas.js';
import { OF_UPDATES, OF_WRITES } from './usual-problems.js';

const about = { tags: ['releases'] };
const many = {
  path: '/projects/{project}/environments/{environment}/flags/{flag}/releases',
  ...about,
} as const;
const one = { path: `${many.path}/{release}`, ...about } as const;
export const releaseParams = environmentFlagParams.extend({ release: z.string() });

export const idempotencyHeader = z.object({
  'idempotency-key': z.string().min(1).max(200).optional().openapi({
    description: 'A repeat with the same key changes nothing and gets the first result',
  }),
});

const list = createRoute({
  method: 'get',
  ...many,
  summary: 'Releases of a flag in an environment, newest first',
  request: { params: environmentFlagParams, query: s.listQuery },
  responses: {
    200: s.jsonResponse(s.listOf(releaseDto), 'A page of releases'),
    ...s.problems('NOT_FOUND', 'VALIDATION_FAILED'),
  },
});

const create = createRoute({
  method: 'post',
  ...many,
  summary: 'Plan a release of one rule, and start it if asked to',
  request: {
    params: environmentFlagParams,
    headers: idempotencyHeader,
    body: s.jsonRequest(newRelease),
  },
  responses: {
    201: s.jsonResponse(releaseDto, 'The release'),
    ...s.problems(...OF_WRITES, 'NOT_FOUND', 'CONFLICT', 'RELEASE_ACTIVE', 'LIMIT_EXCEEDED'),
  },
});

const show = createRoute({
  method: 'get',
  ...one,
  summary: 'A release: what it does, what it waits for, and every number behind it',
  request: { params: releaseParams },
  responses: { 200: s.jsonResponse(releaseDto, 'The release'), ...s.problems('NOT_FOUND') },
});

const update = createRoute({
  method: 'put',
  ...one,
  summary: 'Change the plan: steps ahead are free, other gates begin a new round',
  request: {
    params: releaseParams,
    headers: s.ifMatchHeader.extend(idempotencyHeader.shape),
    body: s.jsonRequest(planChange),
  },
  responses: {
    200: s.jsonResponse(releaseDto, 'The release'),
    ...s.problems(...OF_UPDATES, 'CONFLICT'),
  },
});

export function releaseRoutes({ sources }: AppDeps) {
  return new OpenAPIHono<AppEnv>()
    .openapi(list, async (c) => {
      const ctx = c.get('ctx');
      const { flag, ...scope } = c.req.valid('param');
      const grant = await authorize(ctx, 'flag:read', scope);
      return c.json(await pageOfReleases(ctx.db, grant, flag, c.req.valid('query')), 200);
    })
    .openapi(create, async (c) => {
      const ctx = c.get('ctx');
      const { flag, ...scope } = c.req.valid('param');
      const grant = await authorize(ctx, 'release:write', scope);
      const idempotencyKey = c.req.valid('header')['idempotency-key'];
      const input = { ...c.req.valid('json'), flag, idempotencyKey };
      await assertSourcesAnswer(ctx, grant, input, sources);
      const id = await createRelease(ctx, grant, input);
      return c.json(s.withEtag(c, await readRelease(ctx.db, grant, flag, id)), 201);
    })
    .openapi(show, async (c) => {
      const ctx = c.get('ctx');
      const { flag, release, ...scope } = c.req.valid('param');
      const grant = await authorize(ctx, 'flag:read', scope);
      return c.json(s.withEtag(c, await readRelease(ctx.db, grant, flag, release)), 200);
    })
    .openapi(update, async (c) => {
      const ctx = c.get('ctx');
      const { flag, release, ...scope } = c.req.valid('param');
      const grant = await authorize(ctx, 'release:write', scope);
      const idempotencyKey = c.req.valid('header')['idempotency-key'];
      const version = s.readVersion(c);
      const input = { ...c.req.valid('json'), flag, release, version, idempotencyKey };
      await assertSourcesAnswer(ctx, grant, input, sources);
      const id = await changePlan(ctx, grant, input);
      return c.json(s.withEtag(c, await readRelease(ctx.db, grant, flag, id)), 200);
    });
}
