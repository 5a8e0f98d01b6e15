import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import postgres from 'postgres';
import { createClient } from '../../sdk/dist/index.js';
import { idleLoopLag, median, percentile, table } from './measure.mjs';
import { startPostgres } from './postgres.mjs';
import { RawStreams } from './raw-streams.mjs';
import { administer, startServer } from './server-process.mjs';

const SDK_COUNT = 1_000;
const SDK_ROUNDS = 15;
const STREAM_COUNT = Number(process.env.STREAMS ?? 10_000);
const STREAM_ROUNDS = 5;
const REPLICA_ROUNDS = 20;
const STARTS = 3;
const MIB = 1024 * 1024;
const FLAG = 'awesome';
const SOMEBODY = { targetingKey: 'user-1' };

const rows = [];
const add = (name, figure, bar, unit) => {
  rows.push([name, `${round(figure)} ${unit}`, `≤ ${bar} ${unit}`, figure <= bar ? 'yes' : 'NO']);
};
const round = (figure) => (figure < 10 ? figure.toFixed(1) : Math.round(figure));

/** Kill sent → off in the evaluator, with real SDK clients. */
async function measureSdks(server) {
  const admin = administer(server);
  await admin.createOpenFlag(FLAG);
  const silent = () => {};
  const logger = { debug: silent, info: silent, warn: silent, error: silent };
  const clients = [];
  for (let i = 0; i < SDK_COUNT; i += 100) {
    const { url, serverKey: key } = server;
    const group = Array.from({ length: 100 }, () => createClient({ url, key, logger }));
    await Promise.all(group.map((client) => client.ready(10_000)));
    clients.push(...group);
  }
  const times = [];
  for (let round = 0; round < SDK_ROUNDS; round += 1) {
    await changeSeen(clients, () => admin.restore(FLAG), true);
    await wait(1_500);
    times.push(...(await changeSeen(clients, () => admin.kill(FLAG), false)));
    await wait(2_500);
  }
  const receipts = await admin.receipts(FLAG);
  await Promise.all(clients.map((client) => client.close()));
  return { times, receipts };
}

async function changeSeen(clients, change, isActive) {
  const times = [];
  const startedAt = performance.now();
  const seen = clients.map(
    (client) =>
      new Promise((resolve) => {
        const check = () => {
          if (client.isActive(FLAG, SOMEBODY) !== isActive) return;
          stop();
          times.push(performance.now() - startedAt);
          resolve();
        };
        const stop = client.on('change', check);
        check();
      }),
  );
  await Promise.all([change(), Promise.race([Promise.all(seen), wait(10_000)])]);
  return times;
}

async function measureStreams(server) {
  const admin = administer(server);
  await admin.createOpenFlag('streamed');
  await wait(3_000);
  const before = server.residentBytes();
  const streams = await RawStreams.open(server, STREAM_COUNT);
  await wait(20_000);
  const bytesPerStream = (server.residentBytes() - before) / STREAM_COUNT;
  const times = [];
  let reached = Number.POSITIVE_INFINITY;
  for (let round = 0; round < STREAM_ROUNDS; round += 1) {
    const killed = await streams.timeOf(() => admin.kill('streamed'));
    times.push(...killed);
    reached = Math.min(reached, killed.length);
    await wait(1_000);
    await streams.timeOf(() => admin.restore('streamed'));
    await wait(1_000);
  }
  streams.close();
  return { times, reached, bytesPerStream };
}

/** A change through one server, seen by an SDK on another one. */
async function measureReplicas(databaseUrl) {
  return withServer({ databaseUrl }, async (first) => {
    const { adminKey, serverKey } = first;
    return withServer({ databaseUrl, adminKey, serverKey }, async ({ url }) => {
      const admin = administer(first);
      await admin.createOpenFlag(FLAG);
      const client = createClient({ url, key: serverKey });
      await client.ready(10_000);
      const nudged = await flips(admin, client, REPLICA_ROUNDS);
      const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
      let isCutting = true;
      const cutting = (async () => {
        while (isCutting) {
          await sql`select pg_terminate_backend(pid) from pg_stat_activity
            where query ilike 'listen%' and datname = current_database()`;
        }
      })();
      const polled = await flips(admin, client, REPLICA_ROUNDS);
      isCutting = false;
      await cutting;
      await sql.end();
      await client.close();
      return { nudged, polled };
    });
  });
}

async function flips(admin, client, rounds) {
  const times = [];
  for (let round = 0; round < rounds; round += 1) {
    times.push(...(await changeSeen([client], () => admin.kill(FLAG), false)));
    times.push(...(await changeSeen([client], () => admin.restore(FLAG), true)));
  }
  return times;
}

async function measureStarts() {
  const empty = [];
  const existing = [];
  for (let i = 0; i < STARTS; i += 1) {
    await inDirectory(async (dataDirectory) => {
      const first = await startServer({ dataDirectory });
      empty.push(first.readyMs);
      await first.stop();
      const second = await startServer({ dataDirectory });
      existing.push(second.readyMs);
      await second.stop();
    });
  }
  return { empty: median(empty), existing: median(existing) };
}

async function inDirectory(work) {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  try {
    return await work(dataDirectory);
  } finally {
    await rm(dataDirectory, { recursive: true, force: true });
  }
}

function withServer(options, work) {
  return inDirectory(async (dataDirectory) => {
    const server = await startServer({ dataDirectory, ...options });
    try {
      return await work(server);
    } finally {
      await server.stop();
    }
  });
}

function addSdkRows(name, { times, receipts }) {
  add(`kill → off, ${SDK_COUNT} SDKs, ${name}, p50`, median(times), 30, 'ms');
  add(`kill → off, ${SDK_COUNT} SDKs, ${name}, p99`, percentile(times, 99), 100, 'ms');
  const { off, instances, slowest } = receipts;
  console.log(`${name}: ${off} of ${instances} confirmed off, slowest ${slowest?.ms} ms`);
}

const lag = await idleLoopLag();
console.log(`idle loop lag: p50 ${lag.p50.toFixed(2)} ms, p99 ${lag.p99.toFixed(2)} ms`);
const cluster = await startPostgres();
try {
  const url = () => cluster.createDatabase();
  const idle = await withServer({ databaseUrl: await url() }, async (server) => {
    await wait(10_000);
    return server.residentBytes();
  });
  add('resident memory, PostgreSQL, idle', idle / MIB, 150, 'MB');
  addSdkRows('PostgreSQL', await withServer({ databaseUrl: await url() }, measureSdks));
  addSdkRows('embedded', await withServer({}, measureSdks));
  const replicas = await measureReplicas(await url());
  add('change → SDK on another server, p99', percentile(replicas.nudged, 99), 50, 'ms');
  add('the same with LISTEN cut, max', Math.max(...replicas.polled), 1_200, 'ms');
  const streams = await withServer({ databaseUrl: await url() }, measureStreams);
  add(`kill → ${STREAM_COUNT} streams, p50`, median(streams.times), 150, 'ms');
  add(`kill → ${STREAM_COUNT} streams, p99`, percentile(streams.times, 99), 400, 'ms');
  add(`kill → ${STREAM_COUNT} streams, max`, Math.max(...streams.times), 1_000, 'ms');
  const isAll = streams.reached === STREAM_COUNT;
  rows.push(['streams reached', streams.reached, STREAM_COUNT, isAll ? 'yes' : 'NO']);
  add('memory per idle stream', streams.bytesPerStream / 1_000, 15, 'kB');
} finally {
  await cluster.stop();
}
const starts = await measureStarts();
add('start to ready, empty data directory', starts.empty / 1_000, 8, 's');
add('start to ready, existing data directory', starts.existing / 1_000, 3, 's');
console.log(table(['measure', 'figure', 'bar', 'holds'], rows));
