import type { EventBatch } from '@sluice/sdk/protocol';
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
import { comparable, NaiveTotals } from '../../../test/support/naive-totals.js';
import { seededRandom } from '../../../test/support/seeded-random.js';
import { readReleaseTotals } from '../store/read-models/release-totals.js';
import { ingestBatch } from './ingest-batch.js';
import { ReportQueue } from './queue.js';

const METRICS = { split: 'http.errors', bucketed: 'http.error-rate' };
const PHASES = [
  ...[{ percent: 5 }, { percent: 25 }],
  ...[
    { percent: 25, segment: 2 },
    { percent: 50, segment: 2 },
  ],
];
const INSTANCES = 6;
const BATCHES_EACH = 8;
/** So few that each unit also occurs in other phases, other batches and the other arm. */
const UNITS = 40;

describe.each(databaseKinds)('counting on %s', (kind) => {
  const database = withDatabase(kind);
  beforeEach(async () => {
    await stageEnvironments(database.db);
    const gates = [
      { metric: METRICS.split, action: 'rollback' },
      { metric: METRICS.bucketed, action: 'pause' },
    ];
    await stageRelease(database.db, { phases: PHASES, gates });
  });

  const queueOf = (draw: number) =>
    new ReportQueue({
      ...{ db: database.db, clock: () => performance.now(), random: () => draw },
    });

  it.each([1, 2, 3, 4])(
    'is exact when batches are repeated, shuffled, late and sent to two servers (seed %i)',
    async (seed) => {
      const random = seededRandom(seed);
      const below = (n: number) => Math.floor(random() * n);
      // With an even seed both servers have the same replica number and write the same rows.
      const servers = [queueOf(0.1), queueOf(seed % 2 === 0 ? 0.1 : 0.9)] as const;
      const expected = new NaiveTotals(
        PHASES.map(({ segment = 1 }, index) => ({ phase: index + 1, segment })),
      );
      await Promise.all(
        Array.from({ length: INSTANCES }, async (_, index) => {
          const batches = Array.from({ length: BATCHES_EACH }, (__, i) => drawBatch(below, i + 1));
          for (const [i, batch] of batches.entries()) {
            expected.add(batch);
            for (let times = 1 + below(3); times > 0; times -= 1) {
              const repeat = batches[below(i + 1)] ?? batch;
              const server = servers[below(2)] ?? servers[0];
              await Promise.all([
                ingestBatch(server, sender(`i${index}`), batch),
                ingestBatch(servers[below(2)] ?? server, sender(`i${index}`), batch),
              ]);
              await ingestBatch(server, sender(`i${index}`), repeat);
            }
          }
        }),
      );
      const totals = await readReleaseTotals(database.db, 'r1');
      expect(comparable(totals, METRICS)).toEqual(expected.of(METRICS));
    },
  );
});

function drawBatch(below: (n: number) => number, seq: number): EventBatch {
  const unitsOf = (n: number) => [
    ...new Set(Array.from({ length: n }, () => unitOf(below(UNITS), below(2) * 255))),
  ];
  const releases = Array.from({ length: 1 + below(3) }, () =>
    releaseSlot({
      phase: 1 + below(PHASES.length),
      arm: below(2) === 0 ? 'treatment' : 'control',
      exposures: below(100),
      units: unitsOf(below(10)),
      splits: { [METRICS.split]: unitsOf(below(4)) },
      warmUpSplits: { [METRICS.split]: unitsOf(below(3)) },
      buckets: { [METRICS.bucketed]: [[below(256), below(9), below(50)]] },
    }),
  );
  return eventBatch({ seq, slots: [eventSlot({ releases }, below(3) * 3_600_000)] });
}
