import { type SQL, sql } from 'drizzle-orm';

/** One parameter, however many texts. */
export function textArray(texts: readonly string[]): SQL {
  return sql`${sql.param([...texts])}::text[]`;
}

/** Epoch milliseconds, for statements whose columns nobody decodes. */
export function epochMs(timestamp: SQL): SQL {
  return sql`(extract(epoch from ${timestamp}) * 1000)::float8`;
}
