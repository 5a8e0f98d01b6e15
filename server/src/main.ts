import { createAdaptorServer } from '@hono/node-server';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { compose, type Sluice } from './compose.js';
import { type Config, readConfig } from './config.js';
import { describeError } from './domain/describe-error.js';
import { AppError } from './domain/errors.js';
import { createLog, type Log, print, printFramed, printProblem } from './log.js';
import { unwrapRefusal } from './store/database-error.js';

/** Node's default of 511 drops connections when thousands of clients reconnect at once. */
const BACKLOG = 4096;
const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** Exceeds the idle timeout of common proxies, so that the proxy closes idle connections. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;
/** Streams take up to 5.5 s to end; process managers usually kill after 10 s. */
const STOP_MS_MAX = 9_500;
const REQUESTS_MS_MAX = 3_000;
const IDLE_CHECK_MS = 50;

async function main(): Promise<void> {
  const parsed = readConfig();
  if ('problems' in parsed) return refuseToStart(parsed.problems);
  const { config } = parsed;
  const log = createLog({ level: config.logLevel });
  logSlips(log);
  try {
    await serve(config, log);
  } catch (error) {
    const refusal = unwrapRefusal(error);
    if (!(refusal instanceof AppError)) log.error('the server cannot start', { error });
    refuseToStart([describeError(refusal).message]);
  }
}

async function serve(config: Config, log: Log): Promise<void> {
  const sluice = await compose(config, log);
  try {
    const { prepared } = await sluice.start();
    const server = await listen(sluice, config);
    stopOnSignal(server, sluice, log);
    const url = announce(server, config, log);
    if (await prepared) await announceNextStep(sluice, url, log);
  } catch (error) {
    await sluice.close();
    throw error;
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
  try {
    await once(server, 'listening');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new AppError('CONFLICT', `cannot listen on HOST ${host}, PORT ${port}: ${code}`, {
      cause,
    });
  }
  return server;
}

/** Prints the listening address and returns the address for users, which may be a proxy's. */
function announce(server: Server, config: Config, log: Log): string {
  if (!config.https) {
    log.warn('plain http: session cookies are not marked Secure; set SLUICE_PUBLIC_URL to https');
  }
  const { address, family, port } = server.address() as AddressInfo;
  const local = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  const url = `${config.publicOrigin ?? local}${config.basePath}`;
  print(`Sluice listens on ${local}${url === local ? '' : `, for ${url}`}`);
  return url;
}

/** Prints the next step at the end of the start, so that it stands out from the log. */
async function announceNextStep(sluice: Sluice, url: string, log: Log): Promise<void> {
  try {
    const token = await sluice.setupToken();
    if (token === null) printFramed([`Next: sign in at ${url}`]);
    else {
      printFramed([
        `Create the first administrator: ${url}/setup#token=${token}`,
        'Next: open this link, which works once, choose a password and create a flag.',
      ]);
    }
  } catch (error) {
    log.warn('the server could not read whether an administrator exists', { error });
  }
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
  setTimeout(() => process.exit(1), STOP_MS_MAX).unref();
  await sluice.drain();
  await endConnections(server, log);
  await sluice.close();
  log.info('stopped');
}

/** Lets requests in flight finish for up to 3 seconds and closes idle connections. */
async function endConnections(server: Server, log: Log): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
  const overdue = setTimeout(() => {
    log.warn('some requests did not end in time');
    server.closeAllConnections();
  }, REQUESTS_MS_MAX);
  await closed;
  clearInterval(idle);
  clearTimeout(overdue);
}

/** An unhandled rejection is only logged. An uncaught exception ends the process. */
function logSlips(log: Log): void {
  process.on('unhandledRejection', (error) => {
    log.error('a failure that nobody waited for', { error });
  });
  process.on('uncaughtException', (error) => {
    log.error('a failure that nobody caught; ending', { error });
    process.exit(1);
  });
}

/** Exits at once, because open handles would keep the process alive. */
function refuseToStart(problems: readonly string[]): never {
  printProblem(['Sluice cannot start:', ...problems.map((problem) => `- ${problem}`)].join('\n'));
  process.exit(1);
}

await main();
