import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';

const root = fileURLToPath(new URL('../..', import.meta.url));
const READY_MS_MAX = 60_000;

export const ADMIN = { email: 'demo@example.com', password: 'awesome-demo' };

/** The built server with its embedded database in `data/<name>`, and what a person may ask of it. */
export async function startDemoServer(name) {
  const dataDir = `${root}data/${name}`;
  const port = process.env.PORT ?? '4000';
  const url = `http://127.0.0.1:${port}`;
  const secrets = readOrDrawSecrets(dataDir);
  const child = spawn(process.execPath, ['server/dist/main.js'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      PORT: port,
      SLUICE_DATA_DIR: dataDir,
      SLUICE_INIT_ADMIN: `${ADMIN.email}:${ADMIN.password}`,
      SLUICE_INIT_KEYS: `admin:*:${secrets.admin},server:default/production:${secrets.server}`,
      LOG_LEVEL: 'error',
    },
  });
  child.on('exit', (code) => process.exit(code ?? 1));
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill('SIGTERM'));
  await untilReady(url);
  const call = (method, path, body, headers) =>
    ask(url, secrets.admin, method, path, body, headers);
  return { url, serverKey: secrets.server, call, stop: () => child.kill('SIGTERM') };
}

/** Kept beside the data, so that a second run meets the keys of the first. */
function readOrDrawSecrets(dataDir) {
  const file = `${dataDir}/demo-keys.json`;
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  mkdirSync(dataDir, { recursive: true });
  const draw = () => randomBytes(32).toString('hex');
  const drawn = { admin: draw(), server: draw() };
  writeFileSync(file, JSON.stringify(drawn), { mode: 0o600 });
  return drawn;
}

async function untilReady(url) {
  const deadline = Date.now() + READY_MS_MAX;
  while (Date.now() < deadline) {
    const ready = await fetch(`${url}/readyz`).catch(() => undefined);
    if (ready?.ok) return;
    await wait(100);
  }
  throw new Error(`the server at ${url} did not become ready in a minute`);
}

/** The answer's body; `undefined` for what exists already. */
async function ask(url, key, method, path, body, headers = {}) {
  const response = await fetch(`${url}/api/v1/projects/default${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${key}`,
      'Content-Type': 'application/json',
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (response.status === 409) return undefined;
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}
