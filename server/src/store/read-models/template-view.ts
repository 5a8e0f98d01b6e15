import { and, asc, eq, gt, sql } from 'drizzle-orm';
import type { Grant } from '../../domain/grant.js';
import { notFound } from '../../domain/refusals.js';
import { completePlan } from '../../domain/releases/complete-plan.js';
import type { ReleasePlan } from '../../domain/releases/plan.js';
import { PLAN_TEMPLATES, type PlanTemplate } from '../../domain/releases/plan-templates.js';
import type { Db, Tx } from '../db.js';
import { templates } from '../schema/index.js';
import { type Page, type PageQuery, placeOfCursor, toPage } from './page.js';

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
  const after = placeOfCursor(query.cursor);
  const rows = await db
    .select()
    .from(templates)
    .where(
      and(
        eq(templates.projectId, grant.projectId),
        after === undefined ? undefined : gt(sql`${templates.key} collate "C"`, after),
      ),
    )
    .orderBy(asc(sql`${templates.key} collate "C"`))
    .limit(query.limit + 1);
  const builtIn = PLAN_TEMPLATES.filter(({ key }) => after === undefined || key > after);
  const all = [...builtIn.map(ofBuiltIn), ...rows.map(ofRow)];
  all.sort((a, b) => (a.key < b.key ? -1 : 1));
  return toPage(all, query.limit, ({ key }) => key);
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
