import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ulid } from 'ulid';
import { createApp } from './app.js';
import { composeDelivery, type Delivery } from './compose-delivery.js';
import { composeOutside } from './compose-outside.js';
import { composeReleases } from './compose-releases.js';
import { composeStatsd } from './compose-statsd.js';
import type { Config } from './config.js';
import { SYSTEM } from './domain/actor.js';
import { keepTrying, worksNow } from './keep-trying.js';
import type { Log } from './log.js';
import { loadAdminUi } from './routes/admin-ui-files.js';
import type { AppDeps, Readiness } from './routes/app-deps.js';
import { KeyVerifier } from './services/keys/key-verifier.js';
import { PasswordHasher } from './services/sessions/password-hasher.js';
import { assertReachable } from './services/setup/assert-reachable.js';
import { initialise } from './services/setup/initialise.js';
import { isSetupNeeded } from './services/setup/is-setup-needed.js';
import { SetupToken } from './services/setup/setup-token.js';
import { type DatabaseLimits, openDatabase, type StartEmbedded } from './store/open-database.js';
import { KeyCopy } from './stream/key-copy.js';
import { SERVER_VERSION } from './version.js';

export interface Sluice {
  readonly app: ReturnType<typeof createApp>;
  /**
   * Migrates the database and serves SDKs. When the database does not answer, SDKs get the rulesets
   * on disk, and `prepared` retries the migration. Rejects with errors that an operator must fix.
   */
  start(): Promise<{ readonly prepared: Promise<boolean> }>;
  /** The one-time setup token while no user account exists, else null. */
  setupToken(): Promise<string | null>;
  /** Reports the server as not ready and ends all streams, after asking clients to reconnect. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

/** The clocks, randomness and files that the server uses. Tests replace them. */
export interface Surroundings {
  readonly now: () => Date;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly hasher: PasswordHasher;
  /** The directory of the built admin UI. */
  readonly adminUiDirectory: string;
  readonly startEmbedded?: StartEmbedded | undefined;
  /** Timeouts of the database. Those of the product by default. */
  readonly databaseLimits?: DatabaseLimits | undefined;
}

const REAL_SURROUNDINGS: Surroundings = {
  now: () => new Date(),
  clock: () => performance.now(),
  random: () => Math.random(),
  hasher: new PasswordHasher(),
  adminUiDirectory: fileURLToPath(new URL('../../admin-ui/dist', import.meta.url)),
};

/** The composition root: constructs all services and connects them. */
export async function compose(
  config: Config,
  log: Log,
  {
    now,
    clock,
    random,
    hasher,
    adminUiDirectory,
    startEmbedded,
    databaseLimits,
  } = REAL_SURROUNDINGS,
): Promise<Sluice> {
  const { dataDirectory, databaseUrl } = config;
  const url = databaseUrl?.reveal();
  const limits = databaseLimits;
  const database = await openDatabase({ url, dataDirectory, log, startEmbedded, limits });
  const { db } = database;
  const keyCopy = new KeyCopy({ db, log, now, path: join(dataDirectory, 'sdk-keys') });
  const keys = new KeyVerifier({ db, log, now, recall: (hash) => keyCopy.recall(hash) });
  const delivery = composeDelivery({
    ...{ database, dataDirectory, log, keys, keyCopy, now, clock, random },
    onTrip: (trip) => releases.onTrip(trip),
  });
  const { metrics, nudge, reports } = delivery;
  const statsd = composeStatsd({ config, db, reports, now, log });
  const outside = composeOutside({
    ...{ config, db, log, now, random },
    onWebhookAttempt: metrics.countWebhook,
  });
  const contextFor: AppDeps['contextFor'] = (actor, requestId) => {
    return { actor, requestId, db, now, nudge, assertSpace: database.assertSpace };
  };
  const { sources } = outside;
  const releases = composeReleases({ contextFor, sources, log, random });
  const setupToken = new SetupToken(config.setupToken);
  const stopping = new AbortController();
  const app = createApp({
    ...{ settings: config, log, db, now, contextFor, keys, hasher, setupToken, delivery, metrics },
    ...{ outbound: outside.outbound, sources, messages: outside.messages },
    serverVersion: SERVER_VERSION,
    adminUi: loadAdminUi(adminUiDirectory, config.basePath),
    readiness: () => readinessOf(delivery, stopping.signal.aborted),
  });
  const prepare = async () => {
    await database.assertOwnSessions();
    await database.migrate();
    await initialise(contextFor(SYSTEM, ulid()), { ...config, hasher, log });
    await assertReachable(db, config);
  };
  return {
    app,
    async start() {
      const isPrepared = await worksNow(prepare);
      await delivery.start();
      keys.start();
      outside.start();
      await statsd?.start();
      if (isPrepared) {
        releases.ticker.start();
        await delivery.feed.nudge();
        return { prepared: Promise.resolve(true) };
      }
      const prepared = keepTrying(prepare, { log, signal: stopping.signal, random });
      void prepared.then((isReady) => isReady && releases.ticker.start());
      return { prepared };
    },
    setupToken: async () => ((await isSetupNeeded(db)) ? setupToken.reveal() : null),
    async drain() {
      stopping.abort();
      await delivery.leave();
    },
    async close() {
      keys.stop();
      await releases.ticker.stop();
      await outside.stop();
      await statsd?.stop();
      await delivery.stop();
      await database.close();
    },
  };
}

function readinessOf(delivery: Delivery, isDraining: boolean): Readiness {
  return {
    ready: delivery.source.isReady && !isDraining,
    details: {
      database: delivery.feed.status.isFresh ? 'up' : 'down',
      streams: delivery.hub.size,
      isDraining,
    },
  };
}
