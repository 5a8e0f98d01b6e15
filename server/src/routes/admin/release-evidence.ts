import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppEnv } from '../../middleware/app-env.js';
import { authorize } from '../../services/authorize.js';
import { drillRelease } from '../../services/releases/drill-release.js';
import { findReleaseSeries } from '../../services/releases/find-release-series.js';
import { previewRelease } from '../../services/releases/preview-release.js';
import { verifyDecision } from '../../services/releases/verify-decision.js';
import {
  readDecisionRow,
  readReleaseTimeline,
  toDecisionDetails,
} from '../../store/read-models/release-timeline.js';
import type { AppDeps } from '../app-deps.js';
import * as s from '../schemas.js';
import { markerDto } from './markers.js';
import {
  decisionDto,
  holdDto,
  pauseReasonSchema,
  phaseDto,
  planDto,
  planInput,
} from './release-schemas.js';
import { releaseParams } from './releases.js';
import { environmentFlagParams, warningSchema } from './ruleset-schemas.js';
import { OF_WRITES } from './usual-problems.js';

const about = { tags: ['releases'] };
const many = '/projects/{project}/environments/{environment}/flags/{flag}/releases';
const one = `${many}/{release}`;
const decisionParams = releaseParams.extend({ version: z.string() });

export const releasePreviewDto = z
  .object({
    errors: z.array(warningSchema).readonly(),
    warnings: z.array(warningSchema).readonly(),
    plan: planDto,
    power: z
      .array(
        z.object({
          step: z.number().int(),
          percent: z.number(),
          unitsPerHour: z.number().openapi({ description: 'People with the feature, estimated' }),
          ruledOut: z
            .array(
              z.object({
                metric: z.string(),
                percent: z.number(),
                hours: z.number().nullable().openapi({ description: 'null: not at this step' }),
              }),
            )
            .readonly(),
        }),
      )
      .readonly(),
    movedShare: z.number().min(0).max(1).nullable(),
  })
  .openapi('ReleasePreview');

const preview = createRoute({
  method: 'post',
  path: `${many}/preview`,
  ...about,
  summary: 'What a plan would do, what is wrong with it, and what each step could see',
  request: {
    params: environmentFlagParams,
    body: s.jsonRequest(
      z
        .strictObject({ ruleId: z.string().optional(), plan: planInput })
        .openapi('PreviewRelease', { example: { plan: { template: 'standard' } } }),
    ),
  },
  responses: {
    200: s.jsonResponse(releasePreviewDto, 'The plan in full'),
    ...s.problems(...OF_WRITES, 'NOT_FOUND'),
  },
});

export const timelineDto = z
  .object({
    phases: z.array(phaseDto).readonly(),
    decisions: z.array(decisionDto).readonly(),
    markers: z.array(markerDto).readonly(),
  })
  .openapi('ReleaseTimeline');

const timeline = createRoute({
  method: 'get',
  path: `${one}/timeline`,
  ...about,
  summary: 'Phases, decisions and what happened around them',
  request: { params: releaseParams },
  responses: { 200: s.jsonResponse(timelineDto, 'Oldest first'), ...s.problems('NOT_FOUND') },
});

const verdictDto = z
  .object({
    action: z.enum([
      'none',
      'start',
      'hold',
      'await_approval',
      'advance',
      'final_bake',
      'complete',
      'pause',
      'rollback',
      'finish_rollback',
      'kill',
    ]),
    sentence: z.string(),
    holds: z.array(holdDto).readonly(),
    pauseReason: pauseReasonSchema.optional(),
    because: z.array(z.string()).readonly().openapi({ description: 'Metrics it rests on' }),
    bakedMs: z.number(),
  })
  .openapi('Verdict');

export const decisionDetailsDto = decisionDto
  .extend({
    decision: s.orNull(verdictDto).openapi({ description: "null: a person's act" }),
    inputs: z.unknown().openapi({
      description: "As they were stored, so that the hash can be checked; null: a person's act",
    }),
    inputsHash: z.string().nullable().openapi({ description: 'SHA-256 of the inputs as stored' }),
    serverVersion: z.string(),
  })
  .openapi('ReleaseDecisionDetails');

const decision = createRoute({
  method: 'get',
  path: `${one}/decisions/{version}`,
  ...about,
  summary: 'A decision with everything that it was computed from',
  request: { params: decisionParams },
  responses: {
    200: s.jsonResponse(decisionDetailsDto, 'The decision'),
    ...s.problems('NOT_FOUND', 'VALIDATION_FAILED'),
  },
});

export const verificationDto = z
  .object({ same: z.boolean(), stored: s.orNull(verdictDto), recomputed: verdictDto })
  .openapi('Verification');

const verify = createRoute({
  method: 'post',
  path: `${one}/decisions/{version}/verify`,
  ...about,
  summary: 'Decide again from what is stored',
  request: { params: decisionParams },
  responses: {
    200: s.jsonResponse(verificationDto, 'Whether it is the same'),
    ...s.problems('NOT_FOUND', 'CONFLICT', 'VALIDATION_FAILED'),
  },
});

export const drillDto = z
  .object({
    stops: z.boolean(),
    action: z.enum(['rollback', 'pause']).nullable(),
    afterSeconds: z.number().nullable(),
    people: z.number().int().nullable(),
    sentence: z.string(),
  })
  .openapi('DrillOutcome');

const drillBody = z
  .strictObject({
    metric: z.string().min(1).max(100),
    factor: z.number().min(0).max(1_000),
    reason: s.reasonSchema.optional(),
  })
  .openapi('Drill', { example: { metric: 'http.errors', factor: 3 } });

const drill = createRoute({
  method: 'post',
  path: `${one}/drill`,
  ...about,
  summary: 'Would it stop a regression, and how fast? Asked of a copy of its numbers',
  request: { params: releaseParams, body: s.jsonRequest(drillBody) },
  responses: {
    200: s.jsonResponse(drillDto, 'What would happen'),
    ...s.problems(...OF_WRITES, 'NOT_FOUND', 'CONFLICT'),
  },
});

const sideDto = z.object({ count: z.number(), of: z.number() });

export const releaseSeriesDto = z
  .object({
    metric: z.string(),
    points: z
      .array(
        z.object({
          at: s.timeSchema,
          phase: z.number().int(),
          treatment: sideDto,
          control: sideDto,
        }),
      )
      .readonly(),
    quantiles: z
      .array(
        z.object({
          phase: z.number().int(),
          arm: z.enum(['treatment', 'control']),
          quantile: z.number(),
          count: z.number(),
          value: z.number(),
          lower: z.number(),
          upper: z.number(),
        }),
      )
      .readonly()
      .openapi({ description: 'With bands that hold for independent requests; no gate uses them' }),
  })
  .openapi('ReleaseSeries');

const series = createRoute({
  method: 'get',
  path: `${one}/series`,
  ...about,
  summary: 'One metric over time, by phase and side',
  request: {
    params: releaseParams,
    query: z.strictObject({ metric: z.string().min(1).max(100).default('http.errors') }),
  },
  responses: {
    200: s.jsonResponse(releaseSeriesDto, 'Points in order of phase and time'),
    ...s.problems('NOT_FOUND', 'VALIDATION_FAILED'),
  },
});

export function releaseEvidenceRoutes({ sources }: AppDeps) {
  return new OpenAPIHono<AppEnv>()
    .openapi(preview, async (c) => {
      const ctx = c.get('ctx');
      const { flag, ...scope } = c.req.valid('param');
      const grant = await authorize(ctx, 'flag:read', scope);
      const input = { ...c.req.valid('json'), flag };
      return c.json(await previewRelease(ctx, grant, input, sources), 200);
    })
    .openapi(timeline, async (c) => {
      const ctx = c.get('ctx');
      const { flag, release, ...scope } = c.req.valid('param');
      const grant = await authorize(ctx, 'flag:read', scope);
      return c.json(await readReleaseTimeline(ctx.db, grant, flag, release), 200);
    })
    .openapi(decision, async (c) => {
      const ctx = c.get('ctx');
      const { flag, release, version, ...scope } = c.req.valid('param');
      const grant = await authorize(ctx, 'flag:read', scope);
      const address = { release, version: Number(version) };
      const row = await readDecisionRow(ctx.db, grant, flag, address);
      return c.json(toDecisionDetails(row), 200);
    })
    .openapi(verify, async (c) => {
      const ctx = c.get('ctx');
      const { flag, release, version, ...scope } = c.req.valid('param');
      const grant = await authorize(ctx, 'flag:read', scope);
      const input = { flag, release, version: Number(version) };
      return c.json(await verifyDecision(ctx, grant, input), 200);
    })
    .openapi(drill, async (c) => {
      const ctx = c.get('ctx');
      const { flag, release, ...scope } = c.req.valid('param');
      const grant = await authorize(ctx, 'flag:read', scope);
      const { metric, factor } = c.req.valid('json');
      return c.json(await drillRelease(ctx, grant, { flag, release, metric, factor }), 200);
    })
    .openapi(series, async (c) => {
      const ctx = c.get('ctx');
      const { flag, release, ...scope } = c.req.valid('param');
      const grant = await authorize(ctx, 'flag:read', scope);
      const input = { ...c.req.valid('query'), flag, release };
      return c.json(await findReleaseSeries(ctx, grant, input), 200);
    });
}
