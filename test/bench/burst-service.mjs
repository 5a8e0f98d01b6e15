import { once } from 'node:events';
import { Agent, createServer, get } from 'node:http';
import { createClient } from '../../sdk/dist/index.js';
import { measureRequests } from '../../sdk/dist/node/index.js';

/** A service at 100 requests a second, 1 % of which fail; told so, its new side fails at 20 %. */
const { SLUICE_URL: url, SLUICE_KEY: key, FLAG } = process.env;
const REQUEST_MS = 10;
const PEOPLE = 1_000_000;
const FAILS = 0.01;
const FAILS_IN_BURST = 0.2;

let isBurst = false;
const flags = createClient({ url, key, service: 'burst' });
await flags.ready();
const server = createServer(
  measureRequests(flags, (request, response) => {
    const isNew = flags.isActive(FLAG, { targetingKey: request.headers['x-person'] });
    const share = isNew && isBurst ? FAILS_IN_BURST : FAILS;
    response.writeHead(Math.random() < share ? 500 : 200).end();
  }),
);
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = `http://127.0.0.1:${server.address().port}/`;
const agent = new Agent({ keepAlive: true });
setInterval(() => {
  const person = `person-${Math.floor(Math.random() * PEOPLE)}`;
  const request = get(address, { agent, headers: { 'x-person': person } });
  request.on('response', (response) => response.resume());
  request.on('error', () => {});
}, REQUEST_MS);

process.once('message', () => {
  isBurst = true;
  const startedAt = performance.now();
  const stop = flags.on('change', () => {
    if (hasAnybody()) return;
    stop();
    process.send({ offAfterMs: performance.now() - startedAt });
  });
});
process.on('disconnect', () => process.exit());
process.send({ isUp: true });

/** Of a thousand people somebody is in any percentage that is worth a step. */
function hasAnybody() {
  for (let i = 0; i < 1_000; i += 1) {
    if (flags.isActive(FLAG, { targetingKey: `probe-${i}` })) return true;
  }
  return false;
}
