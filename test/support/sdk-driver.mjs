/**
 * A service that uses the SDK installed in its folder and follows the commands of its parent process.
 * It runs SDKs of every version, so it uses only what the oldest of them has.
 */
import { once } from 'node:events';
import { Agent, createServer, get } from 'node:http';

const { SDK: packageName } = process.env;
const { createClient } = await import(packageName);
const { measureRequests } = await import(`${packageName}/node`);

const REQUESTS_AT_ONCE = 8;
const FAILS = 0.02;
const FAILS_HARMFUL = 0.5;
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

let flags;

const commands = {
  ping: () => null,
  /** `through` redirects requests from one origin to another and reports each posted batch. */
  open({ through, ...options }) {
    const fetch = through === undefined ? {} : { fetch: redirecting(through) };
    flags = createClient({ ...options, ...fetch, logger: quiet });
    flags.on('change', (change) => process.send({ event: 'change', payload: change }));
    return flags.ready();
  },
  evaluate: (questions) =>
    questions.map(({ flag, context, fallback }) => {
      const { value, variant, reason, ruleId, errorCode } = flags.details(flag, context, fallback);
      return { value, variant, reason, ruleId, errorCode, active: flags.isActive(flag, context) };
    }),
  visit,
  track: (event, context, value) => flags.track(event, context, value),
  status: () => flags.status(),
  flush: () => flags.flush(30_000),
  close: () => flags.close(),
  /** Ends the process by an uncaught exception, as a bug in an app does. */
  crash() {
    setImmediate(() => {
      throw new Error('a crash on purpose');
    });
  },
};

process.on('message', async ({ id, command, args }) => {
  try {
    process.send({ id, result: await commands[command](...args) });
  } catch (error) {
    process.send({ id, error: String(error) });
  }
});
process.on('disconnect', () => process.exit());

function redirecting({ from, to }) {
  return (url, init) => {
    const { pathname } = new URL(url);
    if (init.method === 'POST') {
      process.send({
        event: 'post',
        payload: { pathname, headers: init.headers, body: init.body },
      });
    }
    return fetch(url.replace(from, to), init);
  };
}

/**
 * Each of `count` users opens the page of a flag once. One in fifty requests fails, or one in two when
 * a harmful feature is on. Returns the number of users who were served the feature.
 */
async function visit({ flag, first, count, isHarmful = false }) {
  let served = 0;
  const answer = (request, response) => {
    const user = { targetingKey: request.headers['x-user'] };
    const isOn = flags.isActive(flag, user);
    if (isOn) served += 1;
    const share = isHarmful && isOn ? FAILS_HARMFUL : FAILS;
    const chance = chanceOf(user.targetingKey);
    if (chance < 0.2) flags.track('purchase', user, Math.round(chance * 1_000) / 10);
    response.writeHead(chance < share ? 500 : 200).end();
  };
  const server = createServer(measureRequests(flags, answer)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = new Agent({ keepAlive: true, maxSockets: REQUESTS_AT_ONCE });
  const url = `http://127.0.0.1:${server.address().port}/${flag}`;
  const users = Array.from({ length: count }, (_, index) => `person-${first + index}`);
  await Promise.all(users.map((user) => request(url, agent, user)));
  agent.destroy();
  server.close();
  await once(server, 'close');
  return served;
}

async function request(url, agent, user) {
  const [response] = await once(get(url, { agent, headers: { 'x-user': user } }), 'response');
  await once(response.resume(), 'end');
}

/** A number in [0, 1) that depends on the user only. */
function chanceOf(user) {
  let hash = 2166136261;
  for (const character of user) {
    hash = Math.imul(hash ^ character.codePointAt(0), 16777619) >>> 0;
  }
  const mixed = Math.imul(hash ^ (hash >>> 15), 2246822519);
  return ((mixed ^ (mixed >>> 13)) >>> 0) / 2 ** 32;
}
