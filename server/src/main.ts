import { createAdaptorServer } from '@hono/node-server';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { compose, type Sluice } from './compose.js';
import { type Config, readConfig } from './config.js';
import { AppError } from './domain/errors.js';
import { createLog, type Log, print, printProblem } from './log.js';

/** Node's default drops bursts of thousands that reconnect. */
const BACKLOG = 4096;
const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than the idle timeout of usual proxies, so that they hang up first. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;
/** What stops us usually kills after ten seconds. */
const STOP_MS_MAX = 9_000;

async function main(): Promise<void> {
  const parsed = readConfig();
  if ('problems' in parsed) return refuseToStart(parsed.problems);
  const { config } = parsed;
  const log = createLog({ level: config.logLevel });
  try {
    const sluice = await compose(config, log);
    const { prepared } = await sluice.start();
    const server = await listen(sluice, config);
    stopOnSignal(server, sluice, log);
    const url = announce(server, config, log);
    if (await prepared) await announceSetup(sluice, url);
  } catch (error) {
    if (!(error instanceof AppError) && !isSystemError(error)) {
      log.error('the server cannot start', { error });
    }
    refuseToStart([error instanceof Error ? error.message : String(error)]);
  }
}

async function listen({ app }: Sluice, { host, port }: Config): Promise<Server> {
  const server = createAdaptorServer({
    fetch: app.fetch,
    serverOptions: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    },
  }) as Server;
  server.listen({ host, port, backlog: BACKLOG });
  await once(server, 'listening');
  return server;
}

function announce(server: Server, config: Config, log: Log): string {
  const { address, family, port } = server.address() as AddressInfo;
  const host = family === 'IPv6' ? `[${address}]` : address;
  const url = `${config.publicOrigin ?? `http://${host}:${port}`}${config.basePath}`;
  print(`Sluice listens on ${url}`);
  if (!config.https) {
    log.warn('plain http: session cookies are not marked Secure; set SLUICE_PUBLIC_URL to https');
  }
  return url;
}

async function announceSetup(sluice: Sluice, url: string): Promise<void> {
  const token = await sluice.setupToken();
  if (token !== null) print(`Make the first admin: ${url}/setup#token=${token}`);
}

function stopOnSignal(server: Server, sluice: Sluice, log: Log): void {
  let isStopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (isStopping) process.exit(1);
      isStopping = true;
      void stop(server, sluice, log);
    });
  }
}

async function stop(server: Server, sluice: Sluice, log: Log): Promise<void> {
  log.info('stopping');
  setTimeout(() => leaveAnyway(log), STOP_MS_MAX).unref();
  await sluice.drain();
  server.close();
  server.closeIdleConnections();
  await once(server, 'close');
  await sluice.close();
  log.info('stopped');
}

function leaveAnyway(log: Log): void {
  log.warn('some connections did not end in time');
  process.exit(0);
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

function refuseToStart(problems: readonly string[]): void {
  printProblem(['Sluice cannot start:', ...problems.map((problem) => `- ${problem}`)].join('\n'));
  process.exitCode = 1;
}

await main();
