import type { Config, StatsdConfig } from './config.js';
import { AppError } from './domain/errors.js';
import type { ReportQueue } from './ingest/queue.js';
import type { Log } from './log.js';
import { StatsdListener } from './sources/statsd-listener.js';
import type { Db } from './store/db.js';
import { findPlace } from './store/project-store.js';

export interface StatsdDeps {
  readonly config: Config;
  readonly db: Db;
  readonly reports: ReportQueue;
  readonly now: () => Date;
  readonly log: Log;
}

/** Returns null when `SLUICE_STATSD_PORT` is not set. */
export function composeStatsd(deps: StatsdDeps): StatsdListener | null {
  const { config, db, reports, now, log } = deps;
  const { statsd } = config;
  if (statsd === null) return null;
  return new StatsdListener({
    ...{ host: config.host, port: statsd.port, now, log },
    isAllowed: (name) => statsd.allow.some((pattern) => fits(name, pattern)),
    store: async (batch) => {
      const environmentId = await environmentOf(db, statsd);
      await reports.add(null, { environmentId, isTrusted: false, batch });
    },
  });
}

function fits(name: string, pattern: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

async function environmentOf(db: Db, statsd: StatsdConfig): Promise<string> {
  const place = await findPlace(db, statsd);
  if (place?.environment) return place.environment.id;
  const name = `${statsd.project}/${statsd.environment}`;
  throw new AppError('NOT_FOUND', `SLUICE_STATSD_ENVIRONMENT "${name}" does not exist`);
}
