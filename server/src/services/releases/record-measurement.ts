import { debounce } from '../../domain/gates/debounce.js';
import type { TickedGate } from '../../domain/releases/decision.js';
import type { Measurement } from '../../domain/sources/measurement.js';
import type { Db } from '../../store/db.js';
import { readGateTicks } from '../../store/read-models/tick-scene.js';
import { insertGateTick } from '../../store/tick-store.js';
import type { AskedGate, Scene } from './gather-scene.js';

/** Ticks that a gate considers: about 8 hours at the default of 30 seconds. */
const TICKS_LOOKED_AT = 1_000;

/** Stores the measurement of one source, and evaluates it together with earlier ticks. */
export async function recordMeasurement(
  db: Db,
  { release, now }: Pick<Scene, 'release' | 'now'>,
  { gate: { metric, action, definition } }: AskedGate,
  measurement: Measurement,
): Promise<TickedGate> {
  const { status, value, message } = measurement;
  await insertGateTick(db, { ...measurement, releaseId: release.id, metric, at: now });
  const ticks = await readGateTicks(db, release, metric, TICKS_LOOKED_AT);
  const { onNoData } = definition;
  const verdict = debounce(ticks, definition, now.getTime());
  return { metric, action, status, value, message, onNoData, ...verdict };
}
