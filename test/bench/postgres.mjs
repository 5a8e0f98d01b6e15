import postgres from 'postgres';
import { startCluster } from '../support/postgres-cluster/start.mjs';

/** Starts a PostgreSQL with its default durability, unless TEST_DATABASE_URL names a running one. */
export async function startPostgres() {
  const cluster = process.env.TEST_DATABASE_URL ? undefined : await startCluster();
  const base = process.env.TEST_DATABASE_URL ?? cluster.url;
  const created = [];
  const administer = async (statement) => {
    const sql = postgres(base, { max: 1, onnotice: () => {} });
    await sql.unsafe(statement);
    await sql.end();
  };
  return {
    async createDatabase() {
      const name = `sluice_bench_${process.pid}_${created.length}`;
      await administer(`create database ${name}`);
      created.push(name);
      const url = new URL(base);
      url.pathname = `/${name}`;
      return url.href;
    },
    async stop() {
      for (const name of created) await administer(`drop database ${name} with (force)`);
      await cluster?.stop();
    },
  };
}
