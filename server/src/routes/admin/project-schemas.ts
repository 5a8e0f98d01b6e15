import { z } from '@hono/zod-openapi';
import * as s from '../schemas.js';

const EPOCH = '01JDQW9B5X3ZK4T7M2N8V6C0RA';

export const environmentDto = z
  .object({
    key: z.string().openapi({ example: 'production' }),
    name: z.string().openapi({ example: 'Production' }),
    protected: z.boolean(),
    position: z.number().int(),
    version: s.versionSchema,
    epoch: z.string().openapi({
      description: 'Which history the revision belongs to',
      example: EPOCH,
    }),
    revision: z.number().int().openapi({ example: 42 }),
    revisedAt: s.timeSchema,
    createdAt: s.timeSchema,
  })
  .openapi('Environment');

export const projectDto = z
  .object({
    key: z.string().openapi({ example: 'shop' }),
    name: z.string().openapi({ example: 'The shop' }),
    version: s.versionSchema,
    createdAt: s.timeSchema,
    environments: z.array(environmentDto).readonly(),
  })
  .openapi('Project');

export const newProject = z
  .strictObject({ key: s.keySchema, name: s.nameSchema.optional() })
  .openapi('NewProject', { example: { key: 'shop', name: 'The shop' } });

export const projectChange = z
  .strictObject({ name: s.nameSchema })
  .openapi('ProjectChange', { example: { name: 'The shop' } });

export const newEnvironment = z
  .strictObject({
    key: s.keySchema,
    name: s.nameSchema.optional(),
    protected: z.boolean().optional(),
  })
  .openapi('NewEnvironment', { example: { key: 'qa', name: 'QA' } });

export const environmentChange = z
  .strictObject({ name: s.nameSchema, protected: z.boolean() })
  .openapi('EnvironmentChange', { example: { name: 'Production', protected: true } });
