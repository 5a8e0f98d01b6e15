import { describe, expect, it } from 'vitest';
import { eventBatch, releaseSlot, unitOf } from '../../../test/support/ingest-stage.js';
import { firstExposure, toExposure } from './exposure.js';
import { gatherBatches, type IngestWorld, type KnownRelease } from './gather.js';

const NOW = Date.parse('2026-03-01T12:00:05.000Z');
const MINUTE_MS = 60_000;
const RELEASE: KnownRelease = {
  ...{ id: 'r1', environmentId: 'e1', isActive: true, segments: new Map([[1, 1]]) },
  ...{ metrics: new Set(['errors']), rollbackMetrics: new Set(['errors']) },
};
const world = (over: Partial<IngestWorld> = {}): IngestWorld => ({
  ...{ now: NOW, releases: new Map([['r1', RELEASE]]) },
  caps: { admitsSeries: () => true, admitsUnknownFlag: () => true },
  ...over,
});
const slotAt = (from: number, more: object = {}) => ({
  ...{ from, to: from + 10_000, flags: { a: { on: 2 } }, releases: [], metrics: {} },
  ...more,
});
const sent = (slots: ReturnType<typeof slotAt>[], isTrusted = true) => [
  { environmentId: 'e1', isTrusted, batch: eventBatch({ slots }) },
];
const agesOf = (from: number) =>
  [...gatherBatches(sent([slotAt(from)]), world()).slots.values()].map(({ at }) => NOW - at);

describe('gathering batches', () => {
  it.each([
    ['a slot of the present at its own time', NOW - 5_000, [5_000]],
    [
      'a slot of three minutes ago in a step of five minutes',
      NOW - 5_000 - 3 * MINUTE_MS,
      [305_000],
    ],
    ['a slot of an hour ago in a step of five minutes', NOW - 5_000 - 60 * MINUTE_MS, [3_605_000]],
    ['no slot that is older than an hour', NOW - 5_000 - 61 * MINUTE_MS, []],
    [
      'a slot that is five minutes ahead at its own time',
      NOW - 5_000 + 5 * MINUTE_MS,
      [5_000 - 5 * MINUTE_MS],
    ],
    ['a slot that is further ahead at the present', NOW - 5_000 + 6 * MINUTE_MS, [5_000]],
  ])('charts %s', (_, from, expected) => {
    expect(agesOf(from)).toEqual(expected);
  });

  it('counts each unit of several batches once', () => {
    const entry = releaseSlot({ exposures: 3, units: [unitOf(1), unitOf(2)] });
    const slot = slotAt(NOW - 5_000, { releases: [entry] });
    const gathered = gatherBatches([...sent([slot, slot]), ...sent([slot])], world());
    expect([...gathered.seen.values()].map(({ units }) => units.size)).toEqual([2, 2]);
    const [exposures] = gathered.totals.values();
    expect(exposures?.count).toBe(9);
  });

  it('ignores the releases in a batch with a client key, without a finding', () => {
    const slot = slotAt(NOW - 5_000, { releases: [releaseSlot({ id: 'elsewhere' })] });
    const gathered = gatherBatches(sent([slot], false), world());
    expect([gathered.totals.size, gathered.findings.size, gathered.slots.size]).toEqual([0, 0, 1]);
  });
});

describe('firstExposure', () => {
  const all = [1, 2, 3].flatMap((phase) => [0, 1, 2].map((arm) => toExposure(phase, arm)));

  it('is commutative, associative and idempotent', () => {
    for (const a of all) {
      expect(firstExposure(a, a)).toBe(a);
      for (const b of all) {
        expect(firstExposure(a, b)).toBe(firstExposure(b, a));
        for (const c of all)
          expect(firstExposure(firstExposure(a, b), c)).toBe(firstExposure(a, firstExposure(b, c)));
      }
    }
  });
});
