import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppEnv } from '../../middleware/app-env.js';
import {
  createWindow,
  deleteWindow,
  getWindow,
  pageOfWindows,
  updateWindow,
} from '../../services/windows/window-verbs.js';
import * as s from '../schemas.js';
import { collectionRoutes } from './collection-routes.js';

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

const windows = collectionRoutes({
  path: 'windows',
  item: 'window',
  write: 'window:write',
  dto: windowDto,
  newItem: newWindow,
  change: windowChange,
  list: {
    summary: 'Windows and freezes of a project by key',
    answer: 'A page of windows and freezes',
  },
  create: {
    summary: 'Say when releases may rise (window), or may not (freeze)',
    errors: ['ALREADY_EXISTS'],
  },
  show: { summary: 'A window or freeze' },
  update: { summary: 'Change when a window is open or how long a freeze lasts' },
  remove: {
    summary: 'Delete a window that no running release relies on, or lift a freeze',
    errors: ['IN_USE'],
  },
});

export function windowRoutes() {
  const app = new OpenAPIHono<AppEnv>();
  windows.list(app, pageOfWindows);
  windows.create(app, createWindow);
  windows.show(app, getWindow);
  windows.update(app, updateWindow);
  windows.remove(app, deleteWindow);
  return app;
}
