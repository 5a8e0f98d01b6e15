/** A service of its own process: two pages behind flags, measured by the SDK, under real load. */
import { once } from 'node:events';
import { Agent, createServer, get } from 'node:http';
import { createClient } from '../../sdk/dist/index.js';
import { measureRequests } from '../../sdk/dist/node/index.js';

const PEOPLE = 1_000_000;
const REQUESTS_AT_ONCE = 8;
const PAUSE_MS = 15;
const FAILS = 0.02;
const FAILS_HARMFUL = 0.06;

const { SLUICE_URL: url, SLUICE_KEY: key } = process.env;
const flags = createClient({ url, key, service: 'shop', serviceVersion: '1.4.0' });
await flags.ready();

const server = createServer(
  measureRequests(flags, (request, response) => {
    const person = { targetingKey: request.headers['x-person'] };
    const isSearch = request.url.startsWith('/search');
    const isNew = flags.isActive(isSearch ? 'new-search' : 'one-click-checkout', person);
    const fails = isSearch && isNew ? FAILS_HARMFUL : FAILS;
    response.writeHead(Math.random() < fails ? 500 : 200).end(isNew ? 'new' : 'old');
  }),
);
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = `http://127.0.0.1:${server.address().port}`;
process.send({ url: address });

const agent = new Agent({ keepAlive: true, maxSockets: REQUESTS_AT_ONCE });
for (let i = 0; i < REQUESTS_AT_ONCE; i += 1) visit();
process.on('disconnect', () => process.exit());

/** People come and go: most are seen once. */
function visit() {
  const page = Math.random() < 0.5 ? '/search' : '/checkout';
  const person = `person-${Math.floor(Math.random() * PEOPLE)}`;
  const request = get(`${address}${page}`, { agent, headers: { 'x-person': person } });
  const next = () => setTimeout(visit, PAUSE_MS * Math.random() * 2);
  request.on('response', (response) => response.resume().on('end', next));
  request.on('error', next);
}
