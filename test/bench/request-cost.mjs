/**
 * What Sluice costs an app per request: processor time of a `node:http` server that answers without
 * flags, with one `isActive` inside a running release, and with `measureRequests` around that. Rounds
 * are interleaved in one process. Then 100,000 different users in ten seconds, of whom nothing may be
 * dropped.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { BUILT_IN_METRICS } from '../../server/dist/domain/metrics/built-in-metrics.js';
import { idleLoopLag, median, table } from './measure.mjs';

const ROUNDS = 9;
const REQUESTS = 10_000;
const CONNECTIONS = 20;
/** Requests that a connection sends at once. */
const PIPELINED = 10;
const USERS = 100_000;
const BAR_US = 2.5;

const ruleset = {
  ...{ schema: 1, project: 'bench', environment: 'production', epoch: 'e1', revision: 1 },
  at: Date.now(),
  segments: {},
  flags: {
    awesome: {
      ...{ type: 'boolean', seed: 'awesome', status: 'conditional' },
      ...{ variants: { on: true, off: false }, offVariant: 'off', onVariant: 'on' },
      rules: [
        {
          ...{ id: 'ramp', rollout: { to: 50 }, serve: { variant: 'on' } },
          release: {
            ...{ id: 'r1', phase: 1, salt: '3kTM', sample: 1, phaseStartedAt: 0, warmUpSeconds: 0 },
            metrics: BUILT_IN_METRICS.map((metric) => ({
              thresholdMs: 500,
              ...metric.definition,
              key: metric.key,
            })),
          },
        },
      ],
    },
  },
};

const received = { units: 0, dropped: 0, batches: 0 };
const sluice = createServer(async (request, response) => {
  if (request.method === 'GET') {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write(`event: ruleset\nid: e1:1\ndata: ${JSON.stringify(ruleset)}\n\n`);
    return;
  }
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const batch = JSON.parse(Buffer.concat(chunks).toString());
  received.batches += 1;
  received.dropped += batch.dropped;
  for (const slot of batch.slots)
    for (const { units } of slot.releases) received.units += units.length;
  response.writeHead(202).end('{}');
}).listen(0, '127.0.0.1');
await once(sluice, 'listening');

const script = fileURLToPath(new URL('request-cost-app.mjs', import.meta.url));
const app = fork(script, [`http://127.0.0.1:${sluice.address().port}`]);
const [{ port }] = await once(app, 'message');
const ask = async () => {
  app.send('cost');
  return (await once(app, 'message'))[0];
};

/** Sends so many requests, the next few of a connection when all of the last were answered. */
async function load(path, requests, nextUser) {
  let left = requests;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const socket = connect(port, '127.0.0.1');
      socket.setEncoding('latin1');
      while (left > 0) {
        const count = Math.min(PIPELINED, left);
        left -= count;
        let text = '';
        for (let i = 0; i < count; i += 1) {
          text += `GET /${path}?user=${nextUser()} HTTP/1.1\r\nHost: app\r\n\r\n`;
        }
        socket.write(text);
        for (let answered = 0; answered < count; ) {
          const [chunk] = await once(socket, 'data');
          answered += chunk.split('HTTP/1.1 200').length - 1;
        }
      }
      socket.destroy();
    }),
  );
}

/** Microseconds of processor time a request. */
async function cost(path) {
  let user = 0;
  const before = await ask();
  await load(path, REQUESTS, () => `user-${(user++ * 7) % 5_000}`);
  return ((await ask()).cpuUs - before.cpuUs) / REQUESTS;
}

const paths = ['bare', 'evaluated', 'measured'];
const costs = Object.fromEntries(paths.map((path) => [path, []]));
for (const path of paths) await cost(path);
for (let round = 0; round < ROUNDS; round += 1) {
  for (const path of paths) costs[path].push(await cost(path));
}
const bare = median(costs.bare);
const lag = await idleLoopLag();
console.log(`noise: timers of an idle process are ${lag.p99.toFixed(1)} ms late (p99)\n`);
const rows = paths.map((path) => {
  const us = median(costs[path]);
  const over = costs[path].map((each, round) => each - costs.bare[round]);
  return [path, us.toFixed(1), (us - bare).toFixed(2), Math.min(...over).toFixed(2)];
});
console.log(table(['node:http', 'CPU µs a request', 'beyond bare', 'best round'], rows));
console.log(`\nbar: measured ≤ ${BAR_US} µs beyond bare`);

const droppedBefore = (await ask()).dropped;
const startedAt = performance.now();
let user = 0;
await load('measured', 2 * USERS, () => `person-${user++ % USERS}`);
const seconds = (performance.now() - startedAt) / 1_000;
const dropped = (await ask()).dropped - droppedBefore;
console.log(
  `\n${USERS} users, two requests each, in ${seconds.toFixed(1)} s: ${dropped} events dropped, ` +
    `${received.units} users named in ${received.batches} batches so far`,
);
app.kill();
sluice.closeAllConnections();
sluice.close();
