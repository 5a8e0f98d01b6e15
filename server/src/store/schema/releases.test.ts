import { getTableConfig, PgDialect } from 'drizzle-orm/pg-core';
import { expect, it } from 'vitest';
import { OPEN_STATES } from '../../domain/releases/release.js';
import { releases } from './releases.js';

it('the index that allows one release per flag covers exactly the open states', () => {
  const { indexes } = getTableConfig(releases);
  const where = indexes.find(({ config }) => config.name === 'releases_one_active')?.config.where;
  if (where === undefined) throw new Error('the index has no condition');
  const { sql } = new PgDialect().sqlToQuery(where);
  const states = [...sql.matchAll(/'(\w+)'/g)].map(([, state]) => state);
  expect(states).toEqual(OPEN_STATES);
});
