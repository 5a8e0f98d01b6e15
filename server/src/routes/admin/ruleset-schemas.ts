import { z } from '@hono/zod-openapi';
import {
  type Condition,
  type Flag,
  type JsonValue,
  OPERATORS,
  type Rule,
  type Segment,
} from '@sluice/sdk/core';
import * as s from '../schemas.js';

/**
 * The parser of the evaluator checks conditions, rules and values, because its messages are better
 * than those of a schema. These schemas only document the structure.
 */
const isObject = (value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const mustBeObject = { error: 'must be an object' };
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const list = <T extends object>(items: T) => ({ type: 'array' as const, items });

export const statusSchema = z.enum(['off', 'on', 'inherit', 'conditional']);
export const typeSchema = z.enum(['boolean', 'string', 'number', 'json']);

export const valueSchema = (z.any() as z.ZodType<JsonValue>).openapi('JsonValue', {
  anyOf: [
    { type: ['string', 'number', 'boolean', 'null'] },
    list(ref('JsonValue')),
    { type: 'object', additionalProperties: ref('JsonValue') },
  ],
});

export const conditionSchema = z.custom<Condition>(isObject, mustBeObject).openapi('Condition', {
  type: 'object',
  description: 'Exactly one of all, any, not, segment, or a test of one attribute',
  oneOf: [
    form({ all: list(ref('Condition')) }),
    form({ any: list(ref('Condition')) }),
    form({ not: ref('Condition') }),
    form({ segment: { type: 'string' } }),
    form(
      {
        attribute: { type: 'string' },
        operator: { type: 'string', enum: [...OPERATORS] },
        values: list({ type: ['string', 'number', 'boolean'] }),
      },
      { ignoreCase: { type: 'boolean' } },
    ),
  ],
  example: { attribute: 'country', operator: 'in', values: ['NL', 'DE'] },
});

const releaseMetric = form(
  {
    key: { type: 'string' },
    kind: { type: 'string' },
    event: { type: 'string' },
    attribution: { type: 'string', enum: ['request', 'assignment'] },
  },
  {
    total: { type: 'string' },
    per: { type: 'string' },
    thresholdMs: { type: 'number' },
    cap: { type: 'number' },
  },
);

export const ruleSchema = z.custom<Rule>(isObject, mustBeObject).openapi('Rule', {
  ...form(
    {
      id: { type: 'string' },
      serve: {
        type: 'object',
        oneOf: [
          form({ variant: { type: 'string' } }),
          form({
            split: {
              type: 'object',
              description: 'Weights by variant',
              additionalProperties: { type: 'integer', minimum: 1, maximum: 100_000 },
            },
          }),
        ],
      },
    },
    {
      when: ref('Condition'),
      rollout: form(
        { to: percentage('Included below this') },
        {
          from: percentage('Included from this on; 0 when absent'),
          by: { type: 'string', description: 'Attribute that people are drawn by' },
          seed: { type: 'string', description: 'Draws other people than the flag does' },
          hash: { type: 'string' },
        },
      ),
      release: {
        ...form(
          { id: { type: 'string' }, phase: { type: 'integer' } },
          {
            phaseStartedAt: { type: 'number' },
            warmUpSeconds: { type: 'number' },
            salt: { type: 'string' },
            sample: { type: 'number' },
            metrics: list(releaseMetric),
            audience: { type: 'string' },
          },
        ),
        description: 'Of a running release, in what server keys get; never in a config',
      },
    },
  ),
  example: {
    id: 'ramp',
    when: { attribute: 'country', operator: 'in', values: ['NL'] },
    rollout: { to: 25 },
    serve: { variant: 'on' },
  },
});

const flagSchema = z.custom<Flag>(isObject).openapi('RulesetFlag', {
  ...form(
    {
      type: { type: 'string', enum: typeSchema.options },
      seed: { type: 'string' },
      variants: { type: 'object', additionalProperties: ref('JsonValue') },
      offVariant: { type: 'string' },
      status: { type: 'string', enum: statusSchema.options },
      killed: { type: 'boolean' },
      rules: list(ref('Rule')),
    },
    {
      onVariant: { type: 'string' },
      defaultVariant: { type: 'string' },
      parent: { type: 'string' },
    },
  ),
});

const segmentSchema = z
  .custom<Segment>(isObject)
  .openapi('RulesetSegment', { ...form({ when: ref('Condition') }) });

export const rulesetDto = z
  .object({
    schema: z.literal(1),
    project: z.string(),
    environment: z.string(),
    epoch: z.string(),
    revision: z.number().int(),
    at: z.number().int().openapi({ description: 'Commit of the revision, epoch milliseconds' }),
    flags: z.record(z.string(), flagSchema),
    segments: z.record(z.string(), segmentSchema),
  })
  .openapi('Ruleset');

export const warningSchema = z.object({
  pointer: z.string().openapi({ example: '/rules/1' }),
  message: z.string(),
});

export const environmentFlagParams = s.environmentParams.extend({ flag: z.string() });

function form(required: object, optional: object = {}) {
  return {
    type: 'object' as const,
    properties: { ...required, ...optional },
    required: Object.keys(required),
    additionalProperties: false,
  };
}

function percentage(description: string) {
  return { type: 'number' as const, minimum: 0, maximum: 100, multipleOf: 0.001, description };
}
