/** A feature that suddenly fails twenty times as often: how long until it is off, end to end. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import { median, table } from './measure.mjs';
import { administer, startServer } from './server-process.mjs';

const SERVICE = fileURLToPath(new URL('burst-service.mjs', import.meta.url));
const RUNS = Number(process.env.RUNS ?? 5);
const QUIET_MS = 10_000;
const CASES = [
  { percent: 5, barSeconds: 10 },
  { percent: 1, barSeconds: 40 },
];

/** Ticks are rare and the bake is long: only the tripwire can be this fast. */
function planAt(percent) {
  return {
    steps: [{ percent, minBakeSeconds: 3_600 }, { percent: 100 }],
    gates: [{ metric: 'http.errors', action: 'rollback' }],
    warmUpSeconds: 0,
    tickSeconds: 60,
  };
}

async function measure(server, run, percent) {
  const admin = administer(server);
  const flag = `burst-${percent}-${run}`;
  await admin.createFlag(flag);
  const release = await admin.startRelease(flag, planAt(percent));
  const env = { ...process.env, SLUICE_URL: server.url, SLUICE_KEY: server.serverKey, FLAG: flag };
  const service = fork(SERVICE, { env });
  await once(service, 'message');
  await wait(QUIET_MS);
  service.send('burst');
  const [{ offAfterMs }] = await once(service, 'message');
  service.kill();
  const { state, sentence } = await admin.release(flag, release.id);
  console.log(
    `${percent} %, run ${run}: ${(offAfterMs / 1_000).toFixed(1)} s, ${state}: ${sentence}`,
  );
  return offAfterMs / 1_000;
}

const dataDirectory = await mkdtemp(join(tmpdir(), 'sluice-burst-'));
const server = await startServer({ dataDirectory });
const rows = [];
try {
  for (const { percent, barSeconds } of CASES) {
    const times = [];
    for (let run = 1; run <= RUNS; run += 1) times.push(await measure(server, run, percent));
    const figure = median(times);
    const spread = `${Math.min(...times).toFixed(1)}–${Math.max(...times).toFixed(1)} s`;
    rows.push([
      `20 × errors at ${percent} %, 100 requests/s → off`,
      `${figure.toFixed(1)} s`,
      spread,
      `≤ ${barSeconds} s`,
      figure <= barSeconds ? 'yes' : 'NO',
    ]);
  }
} finally {
  await server.stop();
  await rm(dataDirectory, { recursive: true, force: true });
}
console.log(table([`measure, median of ${RUNS}`, 'figure', 'range', 'bar', 'holds'], rows));
