/**
 * `npm run demo:releases`: two features of a running service open by themselves. One is healthy and
 * goes to everybody; one triples errors and is rolled back. Nobody touches anything.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';

const NAME = 'demo-releases';
const LOOK_MS = 1_000;
/** How often a release that only waits says what for. */
const WAITING_MS = 15_000;
const HEALTHY = { key: 'one-click-checkout', name: 'One-click checkout' };
const HARMFUL = { key: 'new-search', name: 'New search' };

/** Short bakes, and a ceiling for a service that fails one request in fifty. */
const gate = (metric, action) => ({ metric, action, floor: 0.08 });
const PLAN = {
  steps: [1, 5, 25, 50, 100].map((percent) => ({ percent, minBakeSeconds: 5 })),
  gates: [gate('http.errors', 'rollback'), gate('http.error-rate', 'watch')],
  finalBakeSeconds: 5,
  warmUpSeconds: 0,
  tickSeconds: 2,
};

const isOnce = process.argv.includes('--once');
const { build } = await import('../../server/build.mjs');
if (!(await build())) process.exit(1);
rmSync(fileURLToPath(new URL(`../../data/${NAME}`, import.meta.url)), {
  recursive: true,
  force: true,
});
const { ADMIN, startDemoServer } = await import('./demo-server.mjs');
const server = await startDemoServer(NAME);
for (const flag of [HEALTHY, HARMFUL]) await server.call('POST', '/flags', flag);

const service = fork(fileURLToPath(new URL('measured-service.mjs', import.meta.url)), {
  env: { ...process.env, SLUICE_URL: server.url, SLUICE_KEY: server.serverKey },
});
const [{ url: serviceUrl }] = await once(service, 'message');
console.log(`
  A service under load  ${serviceUrl}
  The admin UI          ${server.url}/default/production/flags/${HARMFUL.key}
                        sign in as ${ADMIN.email} with ${ADMIN.password}
`);

const startedAt = performance.now();
const ends = await Promise.all([HEALTHY, HARMFUL].map(follow));
const isAsMeant = ends[0] === 'completed' && ends[1] === 'rolled_back';
console.log(isAsMeant ? '\n  As it should be.' : `\n  NOT as it should be: ${ends.join(', ')}`);
if (isOnce) {
  service.kill();
  process.exitCode = isAsMeant ? 0 : 1;
  server.stop();
}

/** Starts a release and tells each move, and now and then what it waits for; resolves with its end. */
async function follow({ key }) {
  const path = `/environments/production/flags/${key}/releases`;
  let release = await server.call('POST', path, { plan: PLAN, start: true });
  let told = '';
  let toldAt = 0;
  for (;;) {
    const { state, percent, pauseReason, sentence } = release;
    const where = `${state} ${percent} ${pauseReason}`;
    if (where !== told || performance.now() - toldAt > WAITING_MS) {
      console.log(
        `${seconds()}  ${key.padEnd(18)} ${String(percent).padStart(3)} %  ${sentence ?? ''}`,
      );
      told = where;
      toldAt = performance.now();
    }
    if (release.endedAt !== null) return state;
    await wait(LOOK_MS);
    release = await server.call('GET', `${path}/${release.id}`);
  }
}

function seconds() {
  return `${Math.round((performance.now() - startedAt) / 1_000)} s`.padStart(6);
}
