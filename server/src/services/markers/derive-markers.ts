import { ulid } from 'ulid';
import type { Log } from '../../log.js';
import type { Db } from '../../store/db.js';
import { insertDerivedMarkers, listUnmarkedVersions } from '../../store/marker-store.js';

const EVERY_MS = 15_000;
const AT_ONCE_MAX = 100;

/** Marks each version that instances report for the first time. Returns the number of markers. */
export async function deriveMarkers(db: Db): Promise<number> {
  const seen = await listUnmarkedVersions(db, AT_ONCE_MAX);
  return insertDerivedMarkers(
    db,
    seen.map((version) => ({ ...version, id: ulid() })),
  );
}

/** Derives markers every 15 seconds, and retries after a failure. Returns a function to stop. */
export function keepDerivingMarkers({ db, log }: { readonly db: Db; readonly log: Log }) {
  let isBusy = false;
  const look = async () => {
    if (isBusy) return;
    isBusy = true;
    await deriveMarkers(db).catch((error: unknown) => {
      log.debug('deploys could not be read off the versions of instances', { error });
    });
    isBusy = false;
  };
  const timer = setInterval(() => void look(), EVERY_MS).unref();
  return () => clearInterval(timer);
}
