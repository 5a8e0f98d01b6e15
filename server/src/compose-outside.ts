import type { Config } from './config.js';
import type { Outbound } from './domain/outbound/outbound.js';
import type { Sources } from './domain/sources/sources.js';
import type { Log } from './log.js';
import { keepDerivingMarkers } from './services/markers/derive-markers.js';
import { makeSources } from './sources/make-sources.js';
import { createOutboundClient } from './sources/outbound-client.js';
import type { Db } from './store/db.js';

export interface OutsideDeps {
  readonly config: Config;
  readonly db: Db;
  readonly log: Log;
  readonly now: () => Date;
}

export interface Outside {
  readonly outbound: Outbound;
  readonly sources: Sources;
  start(): void;
  stop(): Promise<void>;
}

/** What the server learns of, asks and tells the world around it. */
export function composeOutside({ config, db, log, now }: OutsideDeps): Outside {
  const outbound = createOutboundClient({ allowed: config.outboundAllowed });
  const stops: (() => void)[] = [];
  return {
    outbound,
    sources: makeSources({ outbound, now }),
    start() {
      stops.push(keepDerivingMarkers({ db, log }));
    },
    async stop() {
      for (const stop of stops.splice(0)) stop();
    },
  };
}
