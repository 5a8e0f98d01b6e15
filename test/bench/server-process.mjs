import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../server/dist/main.js', import.meta.url));

/** Starts the built server; resolves when it is ready, with the time that took. */
export async function startServer({ dataDirectory, databaseUrl, ...keys }) {
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const { adminKey = drawSecret(), serverKey = drawSecret() } = keys;
  const startedAt = performance.now();
  const child = spawn(process.execPath, [MAIN], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      LOG_LEVEL: 'error',
      SLUICE_DATA_DIR: dataDirectory,
      SLUICE_INIT_KEYS: `admin:*:${adminKey},server:default/production:${serverKey}`,
      ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
    },
  });
  const exited = once(child, 'exit');
  await untilReady(url, child);
  const readyMs = performance.now() - startedAt;
  const stop = async () => {
    child.kill('SIGTERM');
    await exited;
  };
  return { url, adminKey, serverKey, readyMs, stop, residentBytes: () => residentBytes(child.pid) };
}

/** Management calls as an administrator makes them. */
export function administer({ url, adminKey }) {
  const project = `${url}/api/v1/projects/default`;
  const call = async (method, path, body, headers = {}) => {
    const answer = await fetch(`${project}${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${adminKey}`,
        'Content-Type': 'application/json',
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  const config = (flag) => `/environments/production/flags/${flag}`;
  const releases = (flag) => `${config(flag)}/releases`;
  const createFlag = (key) => call('POST', '/flags', { key });
  return {
    createFlag,
    startRelease: (flag, plan) => call('POST', releases(flag), { plan, start: true }),
    release: (flag, id) => call('GET', `${releases(flag)}/${id}`),
    async createOpenFlag(key) {
      await createFlag(key);
      const { version, status: _, ...before } = await call('GET', config(key));
      const { parent, offVariant, onVariant, defaultVariant, rules } = before;
      const body = { status: 'on', parent, offVariant, onVariant, defaultVariant, rules };
      await call('PUT', config(key), body, { 'If-Match': `"${version}"` });
    },
    kill: (key) => call('POST', `${config(key)}/kill`, { reason: 'benchmark' }),
    restore: (key) => call('POST', `${config(key)}/restore`, { reason: 'benchmark' }),
    receipts: (key) => call('GET', `${config(key)}/receipts`),
  };
}

async function untilReady(url, child) {
  while (child.exitCode === null) {
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    await wait(10);
  }
  throw new Error(`the server ended with ${child.exitCode} before it was ready`);
}

function drawSecret() {
  return randomBytes(24).toString('hex');
}

async function findFreePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** The server's own process; a database beside it is another. */
function residentBytes(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)[1]) * 1024;
}
