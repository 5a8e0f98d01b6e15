import { and, eq, sql } from 'drizzle-orm';
import type { Grant } from '../domain/grant.js';
import { alreadyExists, notFound } from '../domain/refusals.js';
import type { Tx } from './db.js';
import { templates } from './schema/index.js';
import { refuseDuplicate } from './unique-violation.js';

export type TemplateRow = typeof templates.$inferSelect;
export type TemplateChange = Pick<TemplateRow, 'name' | 'description' | 'plan'>;

export async function insertTemplate(
  tx: Tx,
  grant: Grant,
  template: TemplateChange & Pick<TemplateRow, 'id' | 'key'>,
): Promise<void> {
  await refuseDuplicate(
    tx.insert(templates).values({ ...template, projectId: grant.projectId }),
    'templates_key_unique',
    () => alreadyExists('template', template.key),
  );
}

export async function lockTemplate(tx: Tx, grant: Grant, key: string): Promise<TemplateRow> {
  const [row] = await tx.select().from(templates).where(isTemplate(grant, key)).for('update');
  if (!row) throw notFound('template', key);
  return row;
}

export async function saveTemplate(
  tx: Tx,
  grant: Grant,
  key: string,
  change: TemplateChange,
): Promise<void> {
  await tx
    .update(templates)
    .set({ ...change, version: sql`${templates.version} + 1` })
    .where(isTemplate(grant, key));
}

export async function deleteTemplateRow(tx: Tx, grant: Grant, key: string): Promise<void> {
  await tx.delete(templates).where(isTemplate(grant, key));
}

function isTemplate(grant: Grant, key: string) {
  return and(eq(templates.projectId, grant.projectId), eq(templates.key, key));
}
