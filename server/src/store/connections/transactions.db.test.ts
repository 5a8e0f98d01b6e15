import { sql } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { databaseKinds, withDatabase } from '../../../../test/support/database.js';
import type { Tx } from '../db.js';

describe.each(databaseKinds)('a transaction on %s', (kind) => {
  const database = withDatabase(kind);
  const add = (n: number) => sql`insert into kept values (${n})`;
  const kept = async () => (await database.db.execute(sql`select n from kept`)).map(({ n }) => n);

  beforeAll(async () => {
    await database.db.execute(sql`create table kept (n integer primary key)`);
  });

  beforeEach(async () => {
    await database.db.execute(sql`delete from kept`);
  });

  test('is kept whole', async () => {
    await database.db.transaction(async (tx) => {
      await tx.execute(add(1));
      await tx.execute(add(2));
    });
    expect(await kept()).toEqual([1, 2]);
  });

  test('is undone whole when its work throws', async () => {
    const failing = database.db.transaction(async (tx) => {
      await tx.execute(add(1));
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await kept()).toEqual([]);
  });

  test('fails when a statement failed inside, even if the work went on', async () => {
    const failing = database.db.transaction(async (tx) => {
      await tx.execute(add(1));
      await tx.execute(add(1)).catch(() => undefined);
    });
    await expect(failing).rejects.toThrow(/so nothing was saved/);
    expect(await kept()).toEqual([]);
  });

  test('undoes an inner part alone', async () => {
    await database.db.transaction(async (tx) => {
      await tx.execute(add(1));
      await tx.transaction((inner) => inner.execute(add(1))).catch(() => undefined);
      await tx.transaction((inner) => inner.execute(add(2)));
    });
    expect(await kept()).toEqual([1, 2]);
  });

  test('refuses a statement that comes after its end', async () => {
    let leaked: Tx | undefined;
    await database.db.transaction(async (tx) => {
      leaked = tx;
    });
    await expect(leaked?.execute(add(1))).rejects.toMatchObject({ cause: { code: 'INTERNAL' } });
    expect(await kept()).toEqual([]);
  });

  test('gives text, arrays, times and JSON back as they were', async () => {
    const list = ['a', 'b c', '', 'NULL', '"\\"', '{,}', '日本'];
    const at = new Date('2026-01-02T03:04:05.678Z');
    const [row] = await database.db.execute(
      sql`select ${'{a,"b c"}'}::text[] as written, ${'zoë 日本語 \u2028'}::text as text, ${sql.param(list)}::text[] as list,
        ${at.toISOString()}::timestamptz(3) as at, ${'{"b":1,"a":[null]}'}::json as document`,
    );
    expect(row).toMatchObject({ written: ['a', 'b c'], text: 'zoë 日本語 \u2028', list });
    expect(new Date(row?.at as string)).toEqual(at);
    expect(JSON.stringify(row?.document)).toBe('{"b":1,"a":[null]}');
  });

  test('serves many callers at once, each with its own', async () => {
    const numbers = Array.from({ length: 60 }, (_, index) => index);
    await Promise.all(
      numbers
        .map((n) =>
          database.db.transaction(async (tx) => {
            await tx.execute(add(n));
            if (n % 3 === 0) throw new Error('undone');
          }),
        )
        .map((work) => work.catch(() => undefined)),
    );
    expect((await kept()).sort((a, b) => Number(a) - Number(b))).toEqual(
      numbers.filter((n) => n % 3 !== 0),
    );
  });
});
