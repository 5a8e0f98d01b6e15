import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppEnv } from '../../middleware/app-env.js';
import { authorize } from '../../services/authorize.js';
import {
  createWindow,
  deleteWindow,
  getWindow,
  pageOfWindows,
  updateWindow,
} from '../../services/windows/window-verbs.js';
import * as s from '../schemas.js';
import { OF_UPDATES, OF_WRITES } from './usual-problems.js';

const kind = z.enum(['window', 'freeze']);
const weekday = z.number().int().min(1).max(7);
const moment = z.iso.datetime({ offset: true });

export const windowDto = z
  .object({
    key: z.string().openapi({ example: 'office-hours' }),
    name: z.string(),
    kind,
    environments: z.array(z.string()).readonly().openapi({ description: 'Empty: all' }),
    timeZone: z.string().nullable(),
    days: z.array(z.number().int()).readonly().nullable(),
    opens: z.string().nullable(),
    closes: z.string().nullable(),
    startsAt: s.timeSchema.nullable(),
    endsAt: s.timeSchema.nullable(),
    version: s.versionSchema,
    createdAt: s.timeSchema,
  })
  .openapi('Window');

const fields = {
  kind,
  environments: z.array(z.string()).max(100).default([]),
  timeZone: z.string().max(64).nullable().default(null),
  days: z.array(weekday).max(7).nullable().default(null).openapi({ description: '1 is Monday' }),
  opens: z.string().max(5).nullable().default(null),
  closes: z
    .string()
    .max(5)
    .nullable()
    .default(null)
    .openapi({ description: 'No later than `opens`: the next day' }),
  startsAt: moment.nullable().default(null),
  endsAt: moment.nullable().default(null),
};

const hours = {
  ...{ kind: 'window', name: 'Office hours', timeZone: 'Europe/Amsterdam' },
  ...{ days: [1, 2, 3, 4, 5], opens: '09:00', closes: '17:00' },
};

const newWindow = z
  .strictObject({ key: s.keySchema, name: s.nameSchema.optional(), ...fields })
  .openapi('NewWindow', { example: { key: 'office-hours', ...hours } });

const windowChange = z
  .strictObject({ name: s.nameSchema, ...fields })
  .openapi('WindowChange', { example: hours });

const about = { tags: ['windows'] };
const many = { path: '/projects/{project}/windows', ...about } as const;
const one = { path: '/projects/{project}/windows/{window}', ...about } as const;
const params = s.projectParams.extend({ window: z.string() });

const list = createRoute({
  method: 'get',
  ...many,
  summary: 'Windows and freezes of a project by key',
  request: { params: s.projectParams, query: s.listQuery },
  responses: {
    200: s.jsonResponse(s.listOf(windowDto), 'A page of windows and freezes'),
    ...s.problems('NOT_FOUND', 'VALIDATION_FAILED'),
  },
});

const create = createRoute({
  method: 'post',
  ...many,
  summary: 'Say when releases may rise (window), or may not (freeze)',
  request: { params: s.projectParams, body: s.jsonRequest(newWindow) },
  responses: {
    201: s.jsonResponse(windowDto, 'The window'),
    ...s.problems(...OF_WRITES, 'NOT_FOUND', 'ALREADY_EXISTS'),
  },
});

const show = createRoute({
  method: 'get',
  ...one,
  summary: 'A window or freeze',
  request: { params },
  responses: { 200: s.jsonResponse(windowDto, 'The window'), ...s.problems('NOT_FOUND') },
});

const update = createRoute({
  method: 'put',
  ...one,
  summary: 'Change when a window is open or how long a freeze lasts',
  request: { params, headers: s.ifMatchHeader, body: s.jsonRequest(windowChange) },
  responses: {
    200: s.jsonResponse(windowDto, 'The window as saved'),
    ...s.problems(...OF_UPDATES),
  },
});

const remove = createRoute({
  method: 'delete',
  ...one,
  summary: 'Delete a window that no running release relies on, or lift a freeze',
  request: { params },
  responses: { 204: { description: 'Deleted' }, ...s.problems('NOT_FOUND', 'IN_USE') },
});

export function windowRoutes() {
  return new OpenAPIHono<AppEnv>()
    .openapi(list, async (c) => {
      const ctx = c.get('ctx');
      const grant = await authorize(ctx, 'flag:read', c.req.valid('param'));
      return c.json(await pageOfWindows(ctx.db, grant, c.req.valid('query')), 200);
    })
    .openapi(create, async (c) => {
      const ctx = c.get('ctx');
      const grant = await authorize(ctx, 'window:write', c.req.valid('param'));
      return c.json(s.withEtag(c, await createWindow(ctx, grant, c.req.valid('json'))), 201);
    })
    .openapi(show, async (c) => {
      const ctx = c.get('ctx');
      const { window, ...scope } = c.req.valid('param');
      const grant = await authorize(ctx, 'flag:read', scope);
      return c.json(s.withEtag(c, await getWindow(ctx.db, grant, window)), 200);
    })
    .openapi(update, async (c) => {
      const ctx = c.get('ctx');
      const { window: key, ...scope } = c.req.valid('param');
      const grant = await authorize(ctx, 'window:write', scope);
      const input = { ...c.req.valid('json'), key, version: s.readVersion(c) };
      return c.json(s.withEtag(c, await updateWindow(ctx, grant, input)), 200);
    })
    .openapi(remove, async (c) => {
      const ctx = c.get('ctx');
      const { window: key, ...scope } = c.req.valid('param');
      await deleteWindow(ctx, await authorize(ctx, 'window:write', scope), { key });
      return c.body(null, 204);
    });
}
