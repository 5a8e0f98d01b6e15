import { ulid } from 'ulid';
import { SYSTEM } from './domain/actor.js';
import type { Trip } from './domain/gates/tripwire.js';
import type { Sources } from './domain/sources/sources.js';
import type { Log } from './log.js';
import { Ticker } from './ticker/ticker.js';
import type { AppDeps } from './routes/app-deps.js';
import { tripRelease } from './services/releases/trip-release.js';
import { unwrapRefusal } from './store/database-error.js';

export interface ReleasesDeps {
  readonly contextFor: AppDeps['contextFor'];
  readonly sources: Sources;
  readonly log: Log;
  /** A number in [0, 1). */
  readonly random: () => number;
}

/** Creates what moves releases automatically: the ticker, and the tripwire for severe harm. */
export function composeReleases({ contextFor, sources, log, random }: ReleasesDeps) {
  const ctx = contextFor(SYSTEM, ulid());
  const { measure } = sources;
  return {
    ticker: new Ticker({ ctx, log, measure, random, unwrap: unwrapRefusal }),
    onTrip({ releaseId, evidence }: Trip): void {
      tripRelease(ctx, releaseId, evidence).catch((error: unknown) => {
        log.warn('gross harm was seen; the next tick rolls the release back', { error });
      });
    },
  };
}
