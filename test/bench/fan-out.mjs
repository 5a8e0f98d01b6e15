import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import postgres from 'postgres';
import { idleLoopLag, median, percentile, table } from './measure.mjs';
import { startPostgres } from './postgres.mjs';
import { RawStreams } from './raw-streams.mjs';
import { SdkFleet } from './sdk-fleet.mjs';
import { administer, startServer } from './server-process.mjs';

const FLEET = { processes: 4, clientsEach: 250 };
const SDK_COUNT = FLEET.processes * FLEET.clientsEach;
const SDK_ROUNDS = 16;
const STREAM_COUNT = Number(process.env.STREAMS ?? 10_000);
const STREAM_ROUNDS = 5;
const REPLICA_ROUNDS = 20;
const STARTS = 3;
const MIB = 1024 * 1024;
const FLAG = 'awesome';

const rows = [];
const add = (name, figure, bar, unit) => {
  rows.push([name, `${round(figure)} ${unit}`, `≤ ${bar} ${unit}`, figure <= bar ? 'yes' : 'NO']);
};
const round = (figure) => (figure < 10 ? figure.toFixed(1) : Math.round(figure));

/** Kill sent → off in the evaluator, with real SDK clients. The first round warms up. */
async function measureSdks(server) {
  const admin = administer(server);
  await admin.createOpenFlag(FLAG);
  const fleet = await SdkFleet.open(server, FLEET);
  const times = [];
  for (let round = 0; round < SDK_ROUNDS; round += 1) {
    if (round > 0) await fleet.timesOf(() => admin.restore(FLAG), { flag: FLAG, isActive: true });
    await fleet.settle();
    const killed = await fleet.timesOf(() => admin.kill(FLAG), { flag: FLAG, isActive: false });
    await fleet.settle();
    if (round > 0) times.push(...killed);
  }
  const receipts = await admin.receipts(FLAG);
  await fleet.close();
  return { times, receipts };
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
      const fleet = await SdkFleet.open({ url, serverKey }, { processes: 1, clientsEach: 1 });
      const nudged = await flips(admin, fleet);
      const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
      let isCutting = true;
      const cutting = (async () => {
        while (isCutting) {
          await sql`select pg_terminate_backend(pid) from pg_stat_activity
            where query ilike 'listen%' and datname = current_database()`;
        }
      })();
      const polled = await flips(admin, fleet);
      isCutting = false;
      await cutting;
      await sql.end();
      await fleet.close();
      return { nudged, polled };
    });
  });
}

async function flips(admin, fleet) {
  const times = [];
  for (let round = 0; round < REPLICA_ROUNDS; round += 1) {
    times.push(...(await fleet.timesOf(() => admin.kill(FLAG), { flag: FLAG, isActive: false })));
    times.push(...(await fleet.timesOf(() => admin.restore(FLAG), { flag: FLAG, isActive: true })));
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
  add('change → SDK on another server, p50', median(replicas.nudged), 50, 'ms');
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
