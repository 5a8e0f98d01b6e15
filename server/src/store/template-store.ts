import { completePlan } from '../domain/releases/complete-plan.js';
import type { ReleasePlan } from '../domain/releases/plan.js';
import { PLAN_TEMPLATES, type PlanTemplate } from '../domain/releases/plan-templates.js';
import { type Bumped, collectionStore, type Owned, withBuiltIn } from './collection-store.js';
import { templates } from './schema/index.js';

type TemplateRow = typeof templates.$inferSelect;
type TemplateFields = Pick<TemplateRow, 'name' | 'description' | 'plan'>;

export interface TemplateView {
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly builtIn: boolean;
  /** The complete plan, with defaults for omitted fields. */
  readonly plan: ReleasePlan;
  readonly version: number;
  /** Null for a built-in template. */
  readonly createdAt: string | null;
}

const stored = collectionStore({
  noun: 'template',
  table: templates,
  select: (db) => db.select().from(templates).$dynamic(),
  insert: (tx, row: TemplateFields & Owned) => tx.insert(templates).values(row),
  update: (tx, change: TemplateFields & Bumped) => tx.update(templates).set(change),
  viewer: () => toView,
});

export const templateStore = withBuiltIn(stored, PLAN_TEMPLATES.map(viewBuiltIn));

function viewBuiltIn({ key, name, description, plan }: PlanTemplate): TemplateView {
  return {
    ...{ key, name, description, builtIn: true, plan: completePlan({}, plan) },
    ...{ version: 1, createdAt: null },
  };
}

function toView(row: TemplateRow): TemplateView {
  const { key, name, description, plan, version } = row;
  return {
    ...{ key, name, description, builtIn: false, plan, version },
    createdAt: row.createdAt.toISOString(),
  };
}
