import { z } from '@hono/zod-openapi';
import * as s from '../schemas.js';

const eventName = s.keySchema.openapi({ example: 'purchase' });

const compared = {
  event: eventName.openapi({
    description: 'http.request, http.error, http.crash, or a name given to track()',
  }),
  harmful: z.enum(['up', 'down']).default('up').openapi({ description: 'Which way is worse' }),
  margin: z.number().default(0).openapi({ description: 'Tolerated degradation: 0.05 is 5 %' }),
  attribution: z.enum(['request', 'assignment']).openapi({
    description: 'http.* by the request that it happened in, else by the arm at that moment',
  }),
};

const bucketed = {
  ...compared,
  per: z.enum(['unit', 'request']),
  cap: z.number().nullable().default(null).openapi({ description: 'Values above count as this' }),
  thresholdMs: z.number().nullable().default(null).openapi({
    description: 'slowShare; null: p95 of the day before a release starts',
  }),
};

const ticked = {
  source: s.keySchema,
  k: z.number().default(3).openapi({ description: 'Fires when k of the last n ticks breach' }),
  n: z.number().default(5),
  onNoData: z.enum(['hold', 'rollback', 'ignore']).default('hold'),
  graceSeconds: z.number().default(900),
};

export const metricDefinition = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('split'), ...compared }),
    z.strictObject({ kind: z.literal('mean'), ...bucketed }),
    z.strictObject({ kind: z.literal('ratio'), ...bucketed }),
    z.strictObject({ kind: z.literal('slowShare'), ...bucketed }),
    z.strictObject({
      ...{ kind: z.literal('slo'), bad: eventName, total: eventName },
      limit: z.number().openapi({ description: 'Share of bad events, above 0 and below 1' }),
    }),
    z.strictObject({
      ...{ kind: z.literal('query'), query: z.string(), ...ticked },
      op: z.enum(['<', '>']).openapi({ description: 'A breach is: number op value' }),
      value: z.number(),
    }),
    z.strictObject({ kind: z.literal('probe'), ...ticked }),
  ])
  .openapi('MetricDefinition');

const example = {
  ...{ kind: 'split', event: 'purchase', harmful: 'down', margin: 0.02 },
  attribution: 'assignment',
} as const;

export const metricDto = z
  .object({
    key: z.string().openapi({ example: 'purchases' }),
    name: z.string(),
    description: z.string(),
    builtIn: z.boolean(),
    definition: metricDefinition,
    version: s.versionSchema,
    createdAt: s.timeSchema.nullable(),
    updatedAt: s.timeSchema.nullable(),
  })
  .openapi('Metric');

export const newMetric = z
  .strictObject({
    key: s.keySchema,
    name: s.nameSchema.optional(),
    description: s.textSchema.optional(),
    definition: metricDefinition,
  })
  .openapi('NewMetric', { example: { key: 'purchases', definition: example } });

export const metricChange = z
  .strictObject({ name: s.nameSchema, description: s.textSchema, definition: metricDefinition })
  .openapi('MetricChange', {
    example: { name: 'Purchases', description: '', definition: example },
  });

export const findingDto = z
  .object({
    what: z.string().openapi({ example: 'unknown:awsome' }),
    count: z.number().int(),
    lastAt: s.timeSchema,
  })
  .openapi('Finding');
