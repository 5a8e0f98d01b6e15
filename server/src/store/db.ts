import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import type { Sql } from 'postgres';
import * as schema from './schema/index.js';

export type Db = PostgresJsDatabase<typeof schema>;
export type Tx = Parameters<Parameters<Db['transaction']>[0]>[0];

/** Both databases speak the PostgreSQL protocol, so this is the only dialect. */
export function createDb(sql: Sql): Db {
  return drizzle(sql, { schema, casing: 'snake_case' });
}
