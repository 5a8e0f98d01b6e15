import { and, eq } from 'drizzle-orm';
import type { Grant } from '../../domain/grant.js';
import { notFound } from '../../domain/refusals.js';
import { completePlan } from '../../domain/releases/complete-plan.js';
import type { ReleasePlan } from '../../domain/releases/plan.js';
import { PLAN_TEMPLATES, type PlanTemplate } from '../../domain/releases/plan-templates.js';
import type { Db, Tx } from '../db.js';
import { templates } from '../schema/index.js';
import { mapPage, mergeByKey, type Page, type PageQuery, pageByKey } from './page.js';

export interface TemplateView {
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly builtIn: boolean;
  /** Complete: what was left out is filled in. */
  readonly plan: ReleasePlan;
  readonly version: number;
  /** Null for what was always there. */
  readonly createdAt: string | null;
}

export async function readTemplate(db: Db | Tx, grant: Grant, key: string): Promise<TemplateView> {
  const builtIn = PLAN_TEMPLATES.find((template) => template.key === key);
  if (builtIn) return ofBuiltIn(builtIn);
  const [row] = await db
    .select()
    .from(templates)
    .where(and(eq(templates.projectId, grant.projectId), eq(templates.key, key)));
  if (!row) throw notFound('template', key);
  return ofRow(row);
}

/** By key, built-in ones among them. */
export async function pageOfTemplates(
  db: Db,
  grant: Grant,
  query: PageQuery,
): Promise<Page<TemplateView>> {
  const isOwn = eq(templates.projectId, grant.projectId);
  const page = await pageByKey(db.select().from(templates).$dynamic(), templates.key, isOwn, query);
  return mergeByKey(mapPage(page, ofRow), PLAN_TEMPLATES.map(ofBuiltIn), query);
}

function ofBuiltIn({ key, name, description, plan }: PlanTemplate): TemplateView {
  return {
    ...{ key, name, description, builtIn: true, plan: completePlan({}, plan) },
    ...{ version: 1, createdAt: null },
  };
}

function ofRow(row: typeof templates.$inferSelect): TemplateView {
  const { key, name, description, plan, version } = row;
  return {
    ...{ key, name, description, builtIn: false, plan, version },
    createdAt: row.createdAt.toISOString(),
  };
}
