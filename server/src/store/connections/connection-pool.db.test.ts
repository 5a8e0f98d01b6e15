import { sql } from 'drizzle-orm';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type FreshDatabase, freshDatabase } from '../../../../test/support/database.js';
import { FaultProxy } from '../../../../test/support/fault-proxy.js';
import { overBefore } from '../../../../test/support/patience.js';
import { until } from '../../../../test/support/until.js';
import { type Database, openDatabase } from '../open-database.js';

/** PostgreSQL's code for a lock that was not free within `lock_timeout`. */
const LOCK_NOT_AVAILABLE = '55P03';

/** PostgreSQL behind a network that fails on demand. */
describe('connections to PostgreSQL', () => {
  let fresh: FreshDatabase;
  let proxy: FaultProxy;
  let database: Database;
  let direct: postgres.Sql;

  beforeAll(async () => {
    fresh = await freshDatabase('postgres');
    const url = new URL(fresh.options.url ?? '');
    direct = postgres(url.href, { max: 1, onnotice: () => undefined });
    await direct`create table kept (n integer)`;
    proxy = await FaultProxy.start(() => Number(url.port));
  });

  beforeEach(async () => {
    database = await openDatabase({ ...fresh.options, url: proxied() });
    proxy.fault = { kind: 'none' };
  });

  afterEach(() => database.close());

  afterAll(async () => {
    await direct.end();
    await proxy.close();
    await fresh.remove();
  });

  const proxied = () => {
    const url = new URL(fresh.options.url ?? '');
    url.port = new URL(proxy.url).port;
    return url.href;
  };
  const ask = () => database.db.execute(sql`select 1 as one`);
  const unavailable = { cause: { code: 'UNAVAILABLE', message: expect.any(String) } };
  const endAllSessions = () =>
    direct`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'sluice'`;

  test('go on after every session was ended, without an error for whoever reads', async () => {
    await Promise.all(Array.from({ length: 10 }, ask));
    await endAllSessions();
    await expect(ask()).resolves.toEqual([{ one: 1 }]);
  });

  test('begin a transaction anew when the kept connection is gone', async () => {
    await ask();
    proxy.cutAll();
    await database.db.transaction((tx) => tx.execute(sql`insert into kept values (1)`));
    expect(await direct`select n from kept`).toEqual([{ n: 1 }]);
  });

  test('fail a transaction that loses its connection, and never the process', async () => {
    const lost = database.db.transaction(async (tx) => {
      await tx.execute(sql`insert into kept values (2)`);
      await endAllSessions();
      await tx.execute(sql`insert into kept values (3)`);
    });
    await expect(lost).rejects.toThrow();
    expect(await direct`select n from kept where n > 1`).toEqual([]);
    await expect(ask()).resolves.toEqual([{ one: 1 }]);
  });

  test('are unavailable at once when they are refused', async () => {
    proxy.fault = { kind: 'refuse' };
    await expect(ask()).rejects.toMatchObject(unavailable);
  });

  test('are unavailable within three seconds when nobody answers', async () => {
    proxy.fault = { kind: 'hold' };
    await expect(overBefore(3_000, ask())).rejects.toMatchObject(unavailable);
  });

  test('are given up within four seconds when an answer never comes', async () => {
    await ask();
    proxy.silenceAll();
    proxy.fault = { kind: 'hold' };
    const write = database.db.execute(sql`insert into kept values (9)`);
    await expect(overBefore(4_000, write)).rejects.toMatchObject(unavailable);
    proxy.fault = { kind: 'none' };
    await expect(ask()).resolves.toEqual([{ one: 1 }]);
  });

  test('may break at any byte of their beginning, and the process goes on', async () => {
    const unheard: unknown[] = [];
    const hear = (error: unknown) => unheard.push(error);
    process.on('unhandledRejection', hear).on('uncaughtException', hear);
    for (let afterBytes = 0; afterBytes < 800; afterBytes += 20) {
      proxy.fault = { kind: 'cut', afterBytes };
      const broken = await openDatabase({ ...fresh.options, url: proxied() });
      const answer = await broken.db.execute(sql`select ${'x'}::text`).catch((error) => error);
      expect([true, 'UNAVAILABLE']).toContain(answer.cause?.code ?? Array.isArray(answer));
      await broken.close();
    }
    process.off('unhandledRejection', hear).off('uncaughtException', hear);
    expect(unheard).toEqual([]);
  });

  test('carry their limits, each of them', async () => {
    const limits = sql`select name, setting::int as ms from pg_settings where name like '%timeout'
      and setting::int > 0 and source = 'session' order by name`;
    const seen = await Promise.all([database.db.execute(limits), database.db.execute(limits)]);
    for (const rows of seen) {
      expect(rows).toEqual([
        { name: 'idle_in_transaction_session_timeout', ms: 10_000 },
        { name: 'lock_timeout', ms: 2_000 },
        { name: 'statement_timeout', ms: 2_500 },
      ]);
    }
  });

  test('refuse a statement that takes too long', async () => {
    const slow = database.db.execute(sql`select pg_sleep(20)`);
    await expect(slow).rejects.toMatchObject({ cause: { message: 'the database took too long' } });
    await expect(ask()).resolves.toEqual([{ one: 1 }]);
  });

  test('refuse to wait for a lock for more than two seconds', async () => {
    await direct.begin(async (holder) => {
      await holder`lock table kept`;
      const waiting = database.db.execute(sql`insert into kept values (4)`);
      await expect(waiting).rejects.toMatchObject({
        cause: { cause: { code: LOCK_NOT_AVAILABLE } },
      });
    });
  });

  test('refuse whoever finds none free within two seconds', async () => {
    const endAll: (() => void)[] = [];
    const holders = Array.from({ length: 10 }, () =>
      database.db.transaction(async () => new Promise<void>((resolve) => endAll.push(resolve))),
    );
    await until(async () => expect(endAll).toHaveLength(10));
    await expect(overBefore(2_500, ask())).rejects.toMatchObject({
      cause: { message: expect.stringContaining('no connection was free within 2000 ms') },
    });
    for (const end of endAll) end();
    await Promise.all(holders);
  });

  test('refuse a database that only reads', async () => {
    const name = new URL(fresh.options.url ?? '').pathname.slice(1);
    await direct.unsafe(`alter database ${name} set default_transaction_read_only = on`);
    try {
      await expect(ask()).rejects.toMatchObject(unavailable);
    } finally {
      await direct.unsafe(`begin read write; alter database ${name} reset all; commit`);
    }
    await until(ask);
  });

  test('say that text cannot hold the character that PostgreSQL cannot', async () => {
    await expect(database.db.execute(sql`select ${'a\u0000b'}::text`)).rejects.toMatchObject({
      cause: { code: 'VALIDATION_FAILED', message: expect.stringContaining('U+0000') },
    });
  });
});
