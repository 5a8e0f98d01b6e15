import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { HANG_MS } from './patience.js';

const MAIN = fileURLToPath(new URL('../../server/dist/main.js', import.meta.url));

export interface StartServer {
  /** Absent: the embedded database in `dataDir`. */
  readonly databaseUrl?: string;
  readonly dataDir: string;
  /** Absent: the server of this repository. */
  readonly main?: string;
  /** Pass the value of an earlier server to start "the same" server again. */
  readonly port?: number;
  readonly adminKey?: string;
  readonly serverKey?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly readyTimeoutMs?: number;
}

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** May do everything in every project. */
  readonly adminKey: string;
  /** Reads `default/production`. */
  readonly serverKey: string;
  /** Time from the start of the process until `/readyz` succeeded. */
  readonly readyMs: number;
  /** Everything that the process has printed. */
  readonly log: string;
  /** Resolves with the exit code once the process has gone; null when a signal ended it. */
  readonly exited: Promise<number | null>;
  /** Sends SIGTERM and waits for the exit. */
  stop(): Promise<number | null>;
  /** Sends the signal; waits for the end when it is SIGKILL. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

/** Runs the built server in its own process and waits until it is ready. */
export async function startServer(options: StartServer): Promise<RunningServer> {
  const port = options.port ?? (await findFreePort());
  const adminKey = options.adminKey ?? drawSecret();
  const serverKey = options.serverKey ?? drawSecret();
  const startedAt = performance.now();
  const child = spawn(process.execPath, [options.main ?? MAIN], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOST: '127.0.0.1',
      PORT: String(port),
      SLUICE_DATA_DIR: options.dataDir,
      SLUICE_INIT_KEYS: `admin:*:${adminKey},server:default/production:${serverKey}`,
      ...(options.databaseUrl === undefined ? {} : { DATABASE_URL: options.databaseUrl }),
      ...options.env,
    },
  });
  const printed: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => printed.push(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => printed.push(text));
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const url = `http://127.0.0.1:${port}`;
  const timeoutMs = options.readyTimeoutMs ?? HANG_MS;
  await untilReady(child, url, timeoutMs, () => printed.join(''));
  const kill = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    if (signal === 'SIGKILL') await exited;
  };
  return {
    url,
    port,
    pid: child.pid as number,
    adminKey,
    serverKey,
    readyMs: performance.now() - startedAt,
    get log() {
      return printed.join('');
    },
    exited,
    kill,
    async stop() {
      const overdue = setTimeout(() => child.kill('SIGKILL'), HANG_MS);
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      const code = await exited;
      clearTimeout(overdue);
      return code;
    },
  };
}

export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

function drawSecret(): string {
  return randomBytes(24).toString('hex');
}

async function untilReady(
  child: ChildProcess,
  url: string,
  timeoutMs: number,
  printed: () => string,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`the server ended before it was ready:\n${printed()}`);
    }
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    await sleep(20);
  }
  child.kill('SIGKILL');
  throw new Error(`the server was not ready within ${timeoutMs} ms:\n${printed()}`);
}
