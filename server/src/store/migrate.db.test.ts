import { describe, expect, test } from 'vitest';
import { databaseKinds, withDatabase } from '../../../test/support/database.js';
import { readMigrations } from './migrate.js';

describe.each(databaseKinds)('migrate on %s', (kind) => {
  const database = withDatabase(kind);

  test('applies nothing the second time', async () => {
    expect(await database.migrate()).toEqual([]);
  });

  test('undoes a migration that fails half-way', async () => {
    const known = await readMigrations();
    const text = 'create table half (); select 1 / 0';
    const failing = { id: known.length, name: '9999_half', text, checksum: 'x' };
    await expect(database.migrate([...known, failing])).rejects.toThrow(/division by zero/);
    const [row] = await database.db.execute(`select to_regclass('half') as half`);
    expect(row).toEqual({ half: null });
  });

  test('applies a new migration once when several servers start together', async () => {
    const known = await readMigrations();
    const added = {
      id: known.length,
      name: '9999_more',
      text: 'create table more ()',
      checksum: 'x',
    };
    const runs = await Promise.all([1, 2, 3].map(() => database.migrate([...known, added])));
    expect(runs.flat()).toEqual(['9999_more']);
  });

  test('refuses a database that is newer than the code', async () => {
    const newest = (await readMigrations()).at(-1)?.name;
    await expect(database.migrate()).rejects.toThrow(
      `newer than this Sluice: it has migration "9999_more", this version knows up to "${newest}"`,
    );
  });
});
