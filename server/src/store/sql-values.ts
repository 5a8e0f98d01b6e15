import { type SQL, sql } from 'drizzle-orm';

/** Passes any number of texts as one parameter. */
export function textArray(texts: readonly string[]): SQL {
  return sql`${sql.param([...texts])}::text[]`;
}

/** Epoch milliseconds, for raw statements whose columns drizzle does not decode. */
export function epochMs(timestamp: SQL): SQL {
  return sql`(extract(epoch from ${timestamp}) * 1000)::float8`;
}
