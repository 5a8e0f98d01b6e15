import type { Config, StatsdConfig } from './config.js';
import { AppError } from './domain/errors.js';
import type { Log } from './log.js';
import type { ReportQueue } from './services/events/report-queue.js';
import { StatsdListener } from './sources/statsd-listener.js';
import type { Db } from './store/db.js';
import { findEnvironment, findProject } from './store/project-store.js';

export interface StatsdDeps {
  readonly config: Config;
  readonly db: Db;
  readonly reports: ReportQueue;
  readonly now: () => Date;
  readonly log: Log;
}

/** Null when nobody asked for it. */
export function composeStatsd(deps: StatsdDeps): StatsdListener | null {
  const { config, db, reports, now, log } = deps;
  const { statsd } = config;
  if (statsd === null) return null;
  return new StatsdListener({
    ...{ host: config.host, port: statsd.port, now, log },
    isAllowed: (name) => statsd.allow.some((pattern) => fits(name, pattern)),
    store: async (batch) => {
      const environmentId = await findPlace(db, statsd);
      await reports.add(null, { environmentId, isTrusted: false, batch });
    },
  });
}

function fits(name: string, pattern: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

async function findPlace(db: Db, { project, environment }: StatsdConfig): Promise<string> {
  const owner = await findProject(db, project);
  const place = owner && (await findEnvironment(db, owner.id, environment));
  if (place) return place.id;
  const name = `${project}/${environment}`;
  throw new AppError('NOT_FOUND', `SLUICE_STATSD_ENVIRONMENT "${name}" does not exist`);
}
