import { describe, expect, it } from 'vitest';
import type { Decision, Hold, TickedGate } from './decision.js';
import { newsOfHolds } from './news-of-holds.js';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 31, 9);
const bake: Hold = { code: 'BAKE', message: 'observed for 0 s of 30 min' };
const noData: Hold = { code: 'NO_DATA', metric: 'queue', message: 'queue has no number' };
const stale: Hold = { code: 'STALE_DATA', message: 'no instance reports' };
const error: Hold = { code: 'SOURCE_ERROR', metric: 'queue', message: 'queue could not be read' };

const deciding = (...holds: Hold[]): Decision => {
  return { action: 'hold', sentence: 'Holding', holds, because: [], bakedMs: 0 };
};
/** Looks of every minute for an hour; the minutes in which something is told, and what. */
function toldOver(holds: readonly Hold[], watermark: number | null, overdueAt?: number) {
  const silent: TickedGate = {
    ...{ metric: 'queue', action: 'pause', status: 'NO_DATA', value: null, hasFired: false },
    ...{ isOverdue: false, onNoData: 'hold', message: null },
    ...(overdueAt === undefined ? {} : { overdueAt }),
  };
  let decision: Decision | null = null;
  const told: string[] = [];
  for (let minute = 1; minute <= 60; minute += 1) {
    const now = START + minute * MINUTE;
    const before = { decision, lastTickAt: now - MINUTE, stepStartedAt: START };
    decision = deciding(...holds);
    const facts = { now, watermark, ticked: [silent] };
    told.push(...newsOfHolds(before, decision, facts).map(({ code }) => `${minute} ${code}`));
  }
  return told;
}

describe('what people hear of holds', () => {
  it('is what goes wrong, once, and never an ordinary bake', () => {
    expect(toldOver([bake], START + 999 * MINUTE)).toEqual([]);
    expect(toldOver([bake, error], START + 999 * MINUTE)).toEqual(['1 SOURCE_ERROR']);
    expect(toldOver([noData], START + 999 * MINUTE)).toEqual(['1 NO_DATA']);
  });

  it('is silence in a bake once it lasts, since the bake stands still with it', () => {
    const grace = START + 20 * MINUTE;
    expect(toldOver([bake, noData], START + 999 * MINUTE, grace)).toEqual(['20 NO_DATA']);
    expect(toldOver([bake, stale], START)).toEqual(['15 STALE_DATA']);
    expect(toldOver([bake, stale], null)).toEqual(['15 STALE_DATA']);
    expect(toldOver([bake, stale], START + 10 * MINUTE)).toEqual(['25 STALE_DATA']);
  });

  it('is nothing more where a look knows no facts', () => {
    const before = { decision: null, lastTickAt: START, stepStartedAt: START };
    expect(newsOfHolds(before, deciding(bake, stale), null)).toEqual([]);
  });
});
