import { z } from '@hono/zod-openapi';
import { FLAG_KINDS } from '../../domain/flag.js';
import { RELEASE_STATES } from '../../domain/releases/release.js';
import * as s from '../schemas.js';
import {
  ruleSchema,
  statusSchema,
  typeSchema,
  valueSchema,
  warningSchema,
} from './ruleset-schemas.js';

const variantsSchema = z
  .record(z.string(), valueSchema)
  .openapi({ example: { on: true, off: false } });
const tagsSchema = z.array(s.nameSchema).max(50);
const ownerSchema = z.string().trim().max(200);
const lifetimeSchema = z.number().int().min(1).max(10_000).nullable();
const kindSchema = z.enum(FLAG_KINDS);

export const flagDto = z
  .object({
    key: z.string().openapi({ example: 'awesome' }),
    name: z.string(),
    description: z.string(),
    type: typeSchema,
    seed: z.string().openapi({ description: 'What people are drawn by; never changes' }),
    variants: variantsSchema,
    tags: z.array(z.string()).readonly(),
    owner: z.string(),
    kind: kindSchema,
    expectedLifetimeDays: z.number().int().nullable(),
    clientVisible: z.boolean(),
    archivedAt: s.timeSchema.nullable(),
    version: s.versionSchema,
    createdAt: s.timeSchema,
    updatedAt: s.timeSchema,
    environments: z.record(
      z.string(),
      z.object({
        status: statusSchema,
        killed: z.boolean(),
        rules: z.number().int(),
        percentage: z.number().nullable().openapi({ description: 'Of the first rollout' }),
        release: z
          .object({ state: z.enum(RELEASE_STATES), percent: z.number() })
          .nullable()
          .openapi({ description: 'Has not ended, or was rolled back last' }),
      }),
    ),
  })
  .openapi('Flag');

export const newFlag = z
  .strictObject({
    key: s.keySchema,
    name: s.nameSchema.optional(),
    description: s.textSchema.optional(),
    type: typeSchema.optional().openapi({ description: 'boolean when absent' }),
    variants: variantsSchema.optional(),
    offVariant: z.string().optional().openapi({ description: 'The first variant when absent' }),
    tags: tagsSchema.optional(),
    owner: ownerSchema.optional(),
    kind: kindSchema.optional(),
    expectedLifetimeDays: lifetimeSchema.optional(),
    clientVisible: z.boolean().optional(),
  })
  .openapi('NewFlag', { example: { key: 'awesome' } });

export const flagChange = z
  .strictObject({
    name: s.nameSchema,
    description: s.textSchema,
    variants: variantsSchema,
    tags: tagsSchema,
    owner: ownerSchema,
    kind: kindSchema,
    expectedLifetimeDays: lifetimeSchema,
    clientVisible: z.boolean(),
  })
  .openapi('FlagChange', {
    example: {
      name: 'Awesome checkout',
      description: 'One page instead of three',
      variants: { on: true, off: false },
      tags: ['checkout'],
      owner: 'team-shop',
      kind: 'release',
      expectedLifetimeDays: 40,
      clientVisible: false,
    },
  });

export const archiveFlag = z
  .strictObject({
    reason: s.reasonSchema.optional(),
    force: z.boolean().optional().openapi({ description: 'Also when it is still evaluated' }),
  })
  .openapi('ArchiveFlag', { example: { reason: 'shipped to everybody' } });

export const reasonBody = z
  .strictObject({ reason: s.reasonSchema })
  .openapi('Reason', { example: { reason: 'checkout fails for everybody' } });

export const restoreBody = z
  .strictObject({
    reason: s.reasonSchema,
    release: z.enum(['zero', 'previous']).default('zero').openapi({
      description: 'Where the rule of a release that the kill ended begins again',
    }),
  })
  .openapi('Restore', { example: { reason: 'the fix is out', release: 'zero' } });

export const flagConfigDto = z
  .object({
    project: z.string(),
    environment: z.string(),
    flag: z.string(),
    status: statusSchema,
    killed: z.boolean(),
    kill: z
      .object({
        reason: z.string(),
        at: s.timeSchema,
        by: z.string(),
        revision: z.number().int(),
      })
      .nullable(),
    parent: z.string().nullable(),
    offVariant: z.string(),
    onVariant: z.string().nullable(),
    defaultVariant: z.string().nullable(),
    rules: z.array(ruleSchema).readonly(),
    release: z
      .object({
        id: z.string(),
        ruleId: z.string(),
        state: z.enum(RELEASE_STATES),
        percent: z.number(),
        step: z.number().int(),
      })
      .nullable()
      .openapi({ description: 'The release that has not ended; it sets the percentage' }),
    version: s.versionSchema,
    updatedAt: s.timeSchema,
    updatedBy: z.string().nullable(),
  })
  .openapi('FlagConfig');

export const savedFlagConfigDto = flagConfigDto
  .extend({ warnings: z.array(warningSchema).readonly() })
  .openapi('SavedFlagConfig');

export const flagConfigChange = z
  .strictObject({
    status: statusSchema,
    parent: z.string().nullable(),
    offVariant: z.string(),
    onVariant: z.string().nullable(),
    defaultVariant: z.string().nullable(),
    rules: z.array(ruleSchema),
  })
  .openapi('FlagConfigChange', {
    example: {
      status: 'conditional',
      parent: null,
      offVariant: 'off',
      onVariant: 'on',
      defaultVariant: 'off',
      rules: [{ id: 'ramp', rollout: { to: 25 }, serve: { variant: 'on' } }],
    },
  });
