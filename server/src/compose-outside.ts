import type { Log } from './log.js';
import { keepDerivingMarkers } from './services/markers/derive-markers.js';
import type { Db } from './store/db.js';

export interface OutsideDeps {
  readonly db: Db;
  readonly log: Log;
}

export interface Outside {
  start(): void;
  stop(): Promise<void>;
}

/** What the server learns of, asks and tells the world around it. */
export function composeOutside({ db, log }: OutsideDeps): Outside {
  const stops: (() => void)[] = [];
  return {
    start() {
      stops.push(keepDerivingMarkers({ db, log }));
    },
    async stop() {
      for (const stop of stops.splice(0)) stop();
    },
  };
}
