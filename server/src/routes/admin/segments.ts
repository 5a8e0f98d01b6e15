import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppEnv } from '../../middleware/app-env.js';
import {
  createSegment,
  deleteSegment,
  getSegment,
  pageOfSegments,
  updateSegment,
} from '../../services/segments/segment-verbs.js';
import * as s from '../schemas.js';
import { collectionRoutes } from './collection-routes.js';
import { conditionSchema } from './ruleset-schemas.js';

const example = { attribute: 'email', operator: 'endsWith', values: ['@example.com'] };

export const segmentDto = z
  .object({
    key: z.string().openapi({ example: 'staff' }),
    name: z.string(),
    description: z.string(),
    when: conditionSchema,
    version: s.versionSchema,
    createdAt: s.timeSchema,
    updatedAt: s.timeSchema,
    usedBy: z.object({
      flags: z.array(z.object({ environment: z.string(), flag: z.string() })).readonly(),
      segments: z.array(z.string()).readonly(),
    }),
  })
  .openapi('Segment');

const newSegment = z
  .strictObject({
    key: s.keySchema,
    name: s.nameSchema.optional(),
    description: s.textSchema.optional(),
    when: conditionSchema,
  })
  .openapi('NewSegment', { example: { key: 'staff', when: example } });

const segmentChange = z
  .strictObject({ name: s.nameSchema, description: s.textSchema, when: conditionSchema })
  .openapi('SegmentChange', { example: { name: 'Staff', description: '', when: example } });

const segments = collectionRoutes({
  path: 'segments',
  item: 'segment',
  write: 'segment:write',
  dto: segmentDto,
  newItem: newSegment,
  change: segmentChange,
  list: { summary: 'Segments of a project by key, and who uses them' },
  create: {
    summary: 'Make a segment, for every environment of the project',
    errors: ['ALREADY_EXISTS', 'LIMIT_EXCEEDED'],
  },
  show: { summary: 'A segment and who uses it' },
  update: {
    summary: 'Change a segment in every environment of the project',
    errors: ['LIMIT_EXCEEDED'],
  },
  remove: { summary: 'Delete a segment that nothing uses', errors: ['IN_USE'] },
});

export function segmentRoutes() {
  const app = new OpenAPIHono<AppEnv>();
  segments.list(app, pageOfSegments);
  segments.create(app, createSegment);
  segments.show(app, getSegment);
  segments.update(app, updateSegment);
  segments.remove(app, deleteSegment);
  return app;
}
