import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emptyDatabase, type FreshDatabase } from '../../../../test/support/database.js';
import { PATIENT_LIMITS } from '../../../../test/support/patience.js';
import { connectTo } from '../connections/connect.js';
import { ConnectionPool } from '../connections/connection-pool.js';
import { EmbeddedServer } from './embedded-server.js';
import { Upkeep } from './upkeep.js';

describe('the upkeep of the embedded database', () => {
  let fresh: FreshDatabase;
  let server: EmbeddedServer;
  let pool: ConnectionPool;
  let upkeep: Upkeep;

  beforeAll(async () => {
    fresh = await emptyDatabase('embedded');
    server = await EmbeddedServer.start(fresh.options);
    pool = new ConnectionPool({
      connect: connectTo(server, { parsers: {}, serializers: {} }, PATIENT_LIMITS),
      ...PATIENT_LIMITS,
      connectionsMax: 1,
    });
    upkeep = new Upkeep(pool, fresh.options.log);
    await run(`create table worn as select g as n, repeat(md5(g::text), 20) as text
      from generate_series(1, 2000) g`);
  });

  afterAll(async () => {
    await pool.close(1_000);
    await server.stop();
    await fresh.remove();
  });

  const run = (text: string) => pool.query<{ n: number }>({ text });
  const numberOf = async (text: string) => Number((await run(text))[0]?.n);

  test('keeps the log of changes and the dead rows within bounds', async () => {
    for (let round = 0; round < 12; round += 1) {
      for (let change = 0; change < 4; change += 1) {
        await run(`update worn set text = reverse(text)`);
      }
      await upkeep.run();
    }
    const logBytes = await numberOf('select sum(size)::float8 as n from pg_ls_waldir()');
    expect(logBytes).toBeLessThan(64 * 1024 * 1024);
    const tableBytes = await numberOf(`select pg_relation_size('worn')::float8 as n`);
    expect(tableBytes).toBeLessThan(32 * 1024 * 1024);
  });

  test('leaves alone what is in good order', async () => {
    const vacuums = `select vacuum_count::int as n from pg_stat_user_tables where relname = 'worn'`;
    const before = await numberOf(vacuums);
    await upkeep.run();
    expect(await numberOf(vacuums)).toBe(before);
  });
});
