import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppEnv } from '../../middleware/app-env.js';
import {
  createTemplate,
  deleteTemplate,
  getTemplate,
  pageOfTemplates,
  updateTemplate,
} from '../../services/templates/template-verbs.js';
import * as s from '../schemas.js';
import { collectionRoutes } from './collection-routes.js';
import { planDto, planInput } from './release-schemas.js';

export const templateDto = z
  .object({
    key: z.string().openapi({ example: 'standard' }),
    name: z.string(),
    description: z.string(),
    builtIn: z.boolean(),
    plan: planDto,
    version: s.versionSchema,
    createdAt: s.timeSchema.nullable(),
  })
  .openapi('Template');

const plan = { template: 'standard', holdback: 5, finalBakeSeconds: 3600 };

const newTemplate = z
  .strictObject({
    key: s.keySchema,
    name: s.nameSchema.optional(),
    description: s.textSchema.optional(),
    plan: planInput,
  })
  .openapi('NewTemplate', { example: { key: 'with-holdback', plan } });

const templateChange = z
  .strictObject({ name: s.nameSchema, description: s.textSchema, plan: planInput })
  .openapi('TemplateChange', { example: { name: 'With holdback', description: '', plan } });

const templates = collectionRoutes({
  path: 'templates',
  item: 'template',
  write: 'template:write',
  dto: templateDto,
  newItem: newTemplate,
  change: templateChange,
  list: { summary: 'Plans to start a release from, built-in ones included, by key' },
  create: {
    summary: 'Keep a plan as a template; what it leaves out comes from the template it names',
    answer: 'The template, with the whole plan',
    errors: ['ALREADY_EXISTS', 'CONFLICT'],
  },
  show: { summary: 'A template' },
  update: {
    summary: 'Change a template; releases keep the plan that they began with',
    errors: ['CONFLICT'],
  },
  remove: { summary: 'Delete a template that is not built in', errors: ['CONFLICT'] },
});

export function templateRoutes() {
  const app = new OpenAPIHono<AppEnv>();
  templates.list(app, pageOfTemplates);
  templates.create(app, createTemplate);
  templates.show(app, getTemplate);
  templates.update(app, updateTemplate);
  templates.remove(app, deleteTemplate);
  return app;
}
