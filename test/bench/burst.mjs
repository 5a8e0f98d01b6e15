/**
 * A feature that suddenly fails twenty times as often: how long until it is off, end to end, and
 * how much of that passed after enough had failed to prove it: the rest is the wait for evidence.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
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
  const { url: SLUICE_URL, serverKey: SLUICE_KEY } = server;
  const env = { ...process.env, SLUICE_URL, SLUICE_KEY, FLAG: flag, PERCENT: String(percent) };
  const service = fork(SERVICE, { env });
  await once(service, 'message');
  await wait(QUIET_MS);
  service.send('burst');
  const [{ offAfterMs, sinceProvenMs }] = await once(service, 'message');
  service.kill();
  const { state, sentence } = await admin.release(flag, release.id);
  const [off, sinceProven] = [offAfterMs / 1_000, sinceProvenMs / 1_000];
  console.log(
    `${percent} %, run ${run}: ${off.toFixed(1)} s, ${sinceProven.toFixed(2)} s of it after the ` +
      `evidence was there, ${state}: ${sentence}`,
  );
  return { off, sinceProven };
}

const dataDirectory = await mkdtemp(join(tmpdir(), 'sluice-burst-'));
const server = await startServer({ dataDirectory });
const rows = [];
try {
  for (const { percent, barSeconds } of CASES) {
    const runs = [];
    for (let run = 1; run <= RUNS; run += 1) runs.push(await measure(server, run, percent));
    const times = runs.map(({ off }) => off);
    const figure = median(times);
    const sinceProven = median(runs.map((run) => run.sinceProven));
    const spread = `${Math.min(...times).toFixed(1)}–${Math.max(...times).toFixed(1)} s`;
    rows.push([
      `20 × errors at ${percent} %, 100 requests/s → off`,
      `${figure.toFixed(1)} s`,
      spread,
      `${sinceProven.toFixed(2)} s`,
      `≤ ${barSeconds} s`,
      figure <= barSeconds ? 'yes' : 'NO',
    ]);
  }
} finally {
  await server.stop();
  await rm(dataDirectory, { recursive: true, force: true });
}
console.log(
  table(
    [`measure, median of ${RUNS}`, 'figure', 'range', 'after the evidence', 'bar', 'holds'],
    rows,
  ),
);
