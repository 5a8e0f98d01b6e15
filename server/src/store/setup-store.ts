import type { Db } from './db.js';
import { projects } from './schema/index.js';

/** Returns false only for an unused installation. */
export async function hasProjects(db: Db): Promise<boolean> {
  const rows = await db.select({ id: projects.id }).from(projects).limit(1);
  return rows.length > 0;
}
