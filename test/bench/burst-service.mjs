import { once } from 'node:events';
import { Agent, createServer, get } from 'node:http';
import { createClient } from '../../sdk/dist/index.js';
import { measureRequests } from '../../sdk/dist/node/index.js';
import { splitLnE } from '../../server/dist/domain/gates/split.js';

/** A service at 100 requests a second, 1 % of which fail; told so, its new side fails at 20 %. */
const { SLUICE_URL: url, SLUICE_KEY: key, FLAG, PERCENT } = process.env;
const REQUEST_MS = 10;
const PEOPLE = 1_000_000;
const FAILS = 0.01;
const FAILS_IN_BURST = 0.2;
const LN_ROLLBACK = Math.log(100);
const HARMED_PEOPLE_MIN = 3;

/** Who failed, as the tripwire would count them if it heard of each at the same moment. */
const failed = { share: Number(PERCENT) / 100, treatment: new Set(), control: new Set() };
let isBurst = false;
let isProvenAt = null;
const flags = createClient({ url, key, service: 'burst' });
await flags.ready();
const server = createServer(
  measureRequests(flags, (request, response) => {
    const person = request.headers['x-person'];
    const isNew = flags.isActive(FLAG, { targetingKey: person });
    const isFailure = Math.random() < (isNew && isBurst ? FAILS_IN_BURST : FAILS);
    if (isFailure) addFailure(isNew ? 'treatment' : 'control', person);
    response.writeHead(isFailure ? 500 : 200).end();
  }),
);
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = `http://127.0.0.1:${server.address().port}/`;
const agent = new Agent({ keepAlive: true });
/** As many requests as the time that passed asks for: timers of a busy machine come late. */
const servedSince = performance.now();
let sent = 0;
setInterval(() => {
  for (; sent < (performance.now() - servedSince) / REQUEST_MS; sent += 1) {
    const person = `person-${Math.floor(Math.random() * PEOPLE)}`;
    const request = get(address, { agent, headers: { 'x-person': person } });
    request.on('response', (response) => response.resume());
    request.on('error', () => {});
  }
}, REQUEST_MS);

process.once('message', () => {
  isBurst = true;
  const startedAt = performance.now();
  const stop = flags.on('change', () => {
    if (hasAnybody()) return;
    stop();
    const [offAt, provenAt] = [performance.now(), isProvenAt ?? performance.now()];
    process.send({ offAfterMs: offAt - startedAt, sinceProvenMs: offAt - provenAt });
  });
});
process.on('disconnect', () => process.exit());
process.send({ isUp: true });

function addFailure(arm, person) {
  failed[arm].add(person);
  const counts = { ...failed, treatment: failed.treatment.size, control: failed.control.size };
  const lnE = splitLnE([counts], { margin: 0, harmful: 'up' });
  if (lnE >= LN_ROLLBACK && counts.treatment >= HARMED_PEOPLE_MIN) isProvenAt ??= performance.now();
}

/** Of a thousand people somebody is in any percentage that is worth a step. */
function hasAnybody() {
  for (let i = 0; i < 1_000; i += 1) {
    if (flags.isActive(FLAG, { targetingKey: `probe-${i}` })) return true;
  }
  return false;
}
