/** `npm run demo`: the real server, a shop that uses the SDK, and visitors that browse it. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const { build } = await import('../../server/build.mjs');
if (!(await build())) process.exit(1);
const { startShop } = await import('./shop.mjs');
const { sendVisitors } = await import('./visitors.mjs');

const root = fileURLToPath(new URL('../..', import.meta.url));
const dataDir = `${root}data/demo`;
const server = process.env.PORT ?? '4000';
const shopPort = Number(process.env.SHOP_PORT ?? 4001);
const url = `http://127.0.0.1:${server}`;
const ADMIN = { email: 'demo@example.com', password: 'awesome-demo' };

const secrets = readOrDrawSecrets();
const child = spawn(process.execPath, ['server/dist/main.js'], {
  cwd: root,
  stdio: ['ignore', 'ignore', 'inherit'],
  env: {
    ...process.env,
    PORT: server,
    SLUICE_DATA_DIR: dataDir,
    SLUICE_INIT_ADMIN: `${ADMIN.email}:${ADMIN.password}`,
    SLUICE_INIT_KEYS: `admin:*:${secrets.admin},server:default/production:${secrets.server}`,
    LOG_LEVEL: 'error',
  },
});
child.on('exit', (code) => process.exit(code ?? 1));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill('SIGTERM'));

await untilReady();
await createFlag();
const shop = await startShop({ port: shopPort, url, key: secrets.server });
sendVisitors(shop.url);

console.log(`
  The shop      ${shop.url}
  The admin UI  ${url}/default/production/flags/awesome
                sign in as ${ADMIN.email} with ${ADMIN.password}

  Open both side by side. Drag the slider of the rule "ramp" and save, then press Kill.
  Ctrl-C ends it; what you did stays in data/demo.
`);

/** Kept beside the data, so that a second run meets the keys of the first. */
function readOrDrawSecrets() {
  const file = `${dataDir}/demo-keys.json`;
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  mkdirSync(dataDir, { recursive: true });
  const draw = () => randomBytes(32).toString('hex');
  const drawn = { admin: draw(), server: draw() };
  writeFileSync(file, JSON.stringify(drawn), { mode: 0o600 });
  return drawn;
}

async function untilReady() {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    const ready = await fetch(`${url}/readyz`).catch(() => undefined);
    if (ready?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`the server at ${url} did not become ready in a minute`);
}

async function createFlag() {
  const created = await call('POST', '/projects/default/flags', {
    key: 'awesome',
    name: 'One-click checkout',
    description: 'Buy with one click instead of three pages.',
    tags: ['demo'],
    owner: 'checkout team',
  });
  if (created.status === 409) return;
  const path = '/projects/default/environments/production/flags/awesome';
  const config = await (await call('GET', path)).json();
  await call('PUT', path, rampFrom(config), { 'If-Match': `"${config.version}"` });
}

function rampFrom({ parent, offVariant, onVariant, defaultVariant }) {
  const staff = { attribute: 'staff', operator: 'in', values: [true] };
  return {
    status: 'conditional',
    parent,
    offVariant,
    onVariant,
    defaultVariant,
    rules: [
      { id: 'staff', when: staff, serve: { variant: 'on' } },
      { id: 'ramp', rollout: { to: 5 }, serve: { variant: 'on' } },
    ],
  };
}

async function call(method, path, body, headers = {}) {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${secrets.admin}`,
      'Content-Type': 'application/json',
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok && response.status !== 409) {
    throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  }
  return response;
}
