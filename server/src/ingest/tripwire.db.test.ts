import { beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds, withDatabase } from '../../../test/support/database.js';
import {
  eventBatch,
  eventSlot,
  releaseSlot,
  sender,
  stageEnvironments,
  stageRelease,
  unitOf,
} from '../../../test/support/ingest-stage.js';
import type { PinnedGates } from '../domain/gates/evidence.js';
import type { Trip } from '../domain/gates/tripwire.js';
import { BUILT_IN_METRICS } from '../domain/metrics/built-in-metrics.js';
import type { ComparedMetric } from '../domain/metrics/metric.js';
import { findTrips } from '../services/releases/trip-release.js';
import { ingestBatch } from './ingest-batch.js';
import { ReportQueue } from './queue.js';

const ERRORS = BUILT_IN_METRICS.find(({ key }) => key === 'http.errors');
const FROZEN: PinnedGates = {
  ...{ round: 1, plannedPhases: 4, plannedSteps: 4, limits: [], ticked: [] },
  compared: [
    {
      ...{ metric: 'http.errors', action: 'rollback', margin: 0, ruledOut: 1, floor: 0.005 },
      definition: ERRORS?.definition as ComparedMetric,
      ...{ scale: null, weights: { pause: 1, rollback: 1 } },
    },
  ],
};

describe.each(databaseKinds)('the tripwire on %s', (kind) => {
  const database = withDatabase(kind);
  let trips: Trip[];
  let queue: ReportQueue;
  beforeEach(async () => {
    await stageEnvironments(database.db);
    await stageRelease(database.db, {
      ...{ phases: [{ percent: 1 }], frozen: FROZEN },
      gates: [{ metric: 'http.errors', action: 'rollback' }],
    });
    trips = [];
    queue = new ReportQueue({
      ...{ db: database.db, clock: () => performance.now(), random: () => 0.5 },
      tripwire: { findTrips, onTrip: (trip) => trips.push(trip) },
    });
  });

  const failed = (arm: 'treatment' | 'control', from: number, count: number) => {
    const units = Array.from({ length: count }, (_, i) => unitOf(from + i));
    return releaseSlot({ arm, warmUpSplits: { 'http.errors': units } });
  };
  const post = (seq: number, releases: ReturnType<typeof failed>[]) =>
    ingestBatch(queue, sender('i1'), eventBatch({ seq, slots: [eventSlot({ releases })] }));

  it('fires as soon as errors hit only the few units with the treatment', async () => {
    await post(1, [failed('treatment', 0, 2)]);
    expect(trips).toEqual([]);
    await post(2, [failed('treatment', 2, 2)]);
    expect(trips).toMatchObject([
      { releaseId: 'r1', evidence: { fires: true, treatedPeople: 4, because: ['http.errors'] } },
    ]);
    expect(trips[0]?.evidence.lnE).toBeGreaterThan(Math.log(100));
  });

  it('does not fire when errors hit both arms alike', async () => {
    await post(1, [failed('control', 0, 300), failed('treatment', 1_000, 3)]);
    expect(trips).toEqual([]);
  });

  it('does not fire again for a repeated batch', async () => {
    const releases = [failed('treatment', 0, 4)];
    await post(1, releases);
    await post(1, releases);
    expect(trips).toHaveLength(1);
  });
});
