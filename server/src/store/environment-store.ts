import { and, eq, sql } from 'drizzle-orm';
import type { EnvironmentGrant, Grant } from '../domain/grant.js';
import { alreadyExists, notFound } from '../domain/refusals.js';
import type { Tx } from './db.js';
import type { EnvironmentRow } from './project-store.js';
import { environments, flagConfigs } from './schema/index.js';
import { refuseDuplicate } from './unique-violation.js';

export type NewEnvironment = Pick<
  EnvironmentRow,
  'id' | 'projectId' | 'key' | 'name' | 'protected' | 'position' | 'epoch'
>;

export async function insertEnvironment(tx: Tx, environment: NewEnvironment): Promise<void> {
  await refuseDuplicate(
    tx.insert(environments).values(environment),
    'environments_key_unique',
    () => alreadyExists('environment', environment.key),
  );
}

/** Gives every flag a config in the new environment: off, with the variants of the other one. */
export async function copyConfigsAsOff(
  tx: Tx,
  grant: Grant,
  ids: { readonly from: string; readonly to: string },
): Promise<void> {
  await tx.execute(sql`
    insert into flag_configs
      (project_id, environment_id, flag_id, off_variant, on_variant, default_variant)
    select project_id, ${ids.to}, flag_id, off_variant, on_variant, default_variant
    from flag_configs
    where project_id = ${grant.projectId} and environment_id = ${ids.from}`);
}

export async function lockEnvironment(tx: Tx, grant: EnvironmentGrant): Promise<EnvironmentRow> {
  const [row] = await tx.select().from(environments).where(isGranted(grant)).for('no key update');
  if (!row) throw notFound('environment', grant.environmentKey);
  return row;
}

export async function saveEnvironment(
  tx: Tx,
  grant: EnvironmentGrant,
  change: Pick<EnvironmentRow, 'name' | 'protected'>,
): Promise<void> {
  await tx
    .update(environments)
    .set({ ...change, version: sql`${environments.version} + 1` })
    .where(isGranted(grant));
}

/** Deletes configs first, because a kill also locks them before the environment's row. */
export async function deleteEnvironmentRow(tx: Tx, grant: EnvironmentGrant): Promise<void> {
  await tx.delete(flagConfigs).where(eq(flagConfigs.environmentId, grant.environmentId));
  await tx.delete(environments).where(isGranted(grant));
}

function isGranted(grant: EnvironmentGrant) {
  return and(eq(environments.projectId, grant.projectId), eq(environments.id, grant.environmentId));
}
