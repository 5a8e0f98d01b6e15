/** Events that releases are judged by, as they come from many SDKs, and a kill among them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { sql } from 'drizzle-orm';
import { createLog } from '../../server/dist/log.js';
import { openDatabase } from '../../server/dist/store/open-database.js';
import { readReleaseTotals } from '../../server/dist/store/read-models/release-totals.js';
import { EVENTS_PER_BATCH, gatherLoad, POST_EVERY_MS, postEvents } from './ingest-load.mjs';
import { idleLoopLag, median, percentile, table } from './measure.mjs';
import { startPostgres } from './postgres.mjs';
import { SdkFleet } from './sdk-fleet.mjs';
import { administer, startServer } from './server-process.mjs';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, only: { type: 'string' } },
});
/** Whole rounds of posts. */
const SECONDS =
  Math.ceil((Number(values.seconds) * 1_000) / POST_EVERY_MS) * (POST_EVERY_MS / 1_000);
const KILL_EVERY_MS = 500;
const ACK_P99_MS = 250;
const KILL_RATIO = 2;
const RELEASE = 'r-bench';
const log = createLog({ level: 'error' });

const rows = [];
const add = (name, figure, bar, unit) => {
  rows.push([name, `${round(figure)} ${unit}`, `≤ ${bar} ${unit}`, figure <= bar ? 'yes' : 'NO']);
};
const tell = (name, figure) => rows.push([name, figure, '', '']);
const round = (figure) => (figure < 10 ? figure.toFixed(1) : Math.round(figure));

/** As the controller would have written it, so that this measures nothing but ingestion. */
async function stageRelease(place) {
  const { db, close } = await openDatabase({ ...place, log });
  const gate = (metric, action) => ({ metric, action });
  const plan = {
    gates: [
      ...[gate('http.errors', 'rollback'), gate('http.error-rate', 'pause')],
      gate('http.latency', 'pause'),
    ],
  };
  await db.execute(sql`
    insert into releases (id, project_id, environment_id, flag_id, rule_id, state, plan, percent,
      start_percent, salt, created_by)
    select ${RELEASE}, flags.project_id, environment_id, flag_id, 'ramp', 'running',
      ${JSON.stringify(plan)}::json, 25, 0, 'salt', 'benchmark'
    from flag_configs join flags on flags.id = flag_id and key = 'ramped'
      join environments on environments.id = environment_id and environments.key = 'production'`);
  await db.execute(sql`
    insert into release_phases (release_id, phase, segment, step, percent, started_at, cause)
    values (${RELEASE}, 1, 1, 0, 25, now(), 'step')`);
  await close();
}

async function countStored(place) {
  const { db, close } = await openDatabase({ ...place, log });
  const totals = await readReleaseTotals(db, RELEASE);
  await close();
  const { exposures, units } = totals.phases[0];
  return {
    events: exposures.treatment + exposures.control,
    people: units.treatment + units.control,
  };
}

/** Kill sent → off in the evaluator of a real SDK, over and over. */
async function measureKills(server, seconds) {
  const admin = administer(server);
  const fleet = await SdkFleet.open(server, { processes: 1, clientsEach: 1 });
  const times = [];
  const end = performance.now() + seconds * 1_000;
  while (performance.now() < end) {
    const startedAt = performance.now();
    times.push(
      ...(await fleet.timesOf(() => admin.kill('kept'), { flag: 'kept', isActive: false })),
    );
    await wait(KILL_EVERY_MS / 2);
    await fleet.timesOf(() => admin.restore('kept'), { flag: 'kept', isActive: true });
    await wait(Math.max(0, KILL_EVERY_MS - (performance.now() - startedAt)));
  }
  await fleet.close();
  return times;
}

async function measure(name, place, eventsPerSecond) {
  const first = await startServer(startOptions(place));
  await administer(first).createOpenFlag('ramped');
  await administer(first).createOpenFlag('kept');
  await first.stop();
  await stageRelease(place);
  const { adminKey, serverKey } = first;
  const server = await startServer({ ...startOptions(place), adminKey, serverKey });
  const load = gatherLoad({ eventsPerSecond, seconds: SECONDS, releaseId: RELEASE });
  let sent;
  try {
    await measureKills(server, 3);
    const idle = await measureKills(server, SECONDS / 2);
    const posting = postEvents(server, load);
    await wait(2_000);
    const busy = await measureKills(server, SECONDS - 2);
    sent = await posting;
    addRows(name, { sent, idle, busy, eventsPerSecond, bytes: server.residentBytes() });
  } finally {
    await server.stop();
  }
  const stored = await countStored(place);
  const events = sent.batches * EVENTS_PER_BATCH;
  const isExact = stored.events === events && stored.people === sent.people;
  const said = `${stored.events} events of ${stored.people} people`;
  rows.push([`${name}: stored`, said, `${events} of ${sent.people}`, isExact ? 'yes' : 'NO']);
}

function startOptions({ url, dataDirectory }) {
  return { dataDirectory, ...(url === undefined ? {} : { databaseUrl: url }) };
}

function addRows(name, { sent, idle, busy, eventsPerSecond, bytes }) {
  const { acks, batches, units, instances, refused } = sent;
  const rate = (batches * EVENTS_PER_BATCH) / SECONDS;
  const isReached = rate >= 0.98 * eventsPerSecond && refused === 0;
  rows.push([
    `${name}: events a second from ${instances} instances`,
    `${Math.round(rate)}, ${refused} refused`,
    eventsPerSecond,
    isReached ? 'yes' : 'NO',
  ]);
  tell(`${name}: batches, people in each`, `${batches}, ${Math.round(units / batches)}`);
  tell(`${name}: bytes a batch`, Math.round(sent.bytes / batches));
  tell(`${name}: acknowledged, p50`, `${round(median(acks))} ms`);
  add(`${name}: acknowledged, p99`, percentile(acks, 99), ACK_P99_MS, 'ms');
  tell(`${name}: kill → off, idle, p50 and p99 of ${idle.length}`, both(idle));
  tell(`${name}: kill → off, ingesting, p50 and p99 of ${busy.length}`, both(busy));
  const ratio = percentile(busy, 99) / percentile(idle, 99);
  add(`${name}: kill p99, ingesting to idle`, ratio, KILL_RATIO, 'times');
  tell(`${name}: resident memory of the server`, `${Math.round(bytes / 1024 ** 2)} MB`);
}

function both(times) {
  return `${round(median(times))} ms, ${round(percentile(times, 99))} ms`;
}

async function inDirectory(work) {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  try {
    return await work(dataDirectory);
  } finally {
    await rm(dataDirectory, { recursive: true, force: true });
  }
}

console.log(
  `An event is one request that an app served: an evaluation at the release's rule with its flag, ` +
    `arm and person, its latency, and an error in 1 % of them. SDKs gather ${EVENTS_PER_BATCH} of ` +
    'them into a batch each five seconds; a tenth comes from people not seen before.',
);
const lag = await idleLoopLag();
console.log(`idle loop lag: p50 ${lag.p50.toFixed(2)} ms, p99 ${lag.p99.toFixed(2)} ms`);
if (values.only !== 'embedded') {
  const cluster = await startPostgres();
  try {
    const url = await cluster.createDatabase();
    await inDirectory((dataDirectory) => measure('PostgreSQL', { url, dataDirectory }, 20_000));
  } finally {
    await cluster.stop();
  }
}
if (values.only !== 'postgres') {
  await inDirectory((dataDirectory) => measure('embedded', { dataDirectory }, 10_000));
}
console.log(table(['measure', 'figure', 'bar', 'holds'], rows));
