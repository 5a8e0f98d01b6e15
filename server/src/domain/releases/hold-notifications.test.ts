import { describe, expect, it } from 'vitest';
import type { Decision, Hold, TickedGate } from './decision.js';
import { holdsToNotify } from './hold-notifications.js';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 31, 9);
const bake: Hold = { code: 'BAKE', message: 'observed for 0 s of 30 min' };
const noData: Hold = { code: 'NO_DATA', metric: 'queue', message: 'queue has no number' };
const stale: Hold = { code: 'STALE_DATA', message: 'no instance reports' };
const error: Hold = { code: 'SOURCE_ERROR', metric: 'queue', message: 'queue could not be read' };

const deciding = (...holds: Hold[]): Decision => {
  return { action: 'hold', sentence: 'Holding', holds, because: [], bakedMs: 0 };
};
/** Ticks once a minute for an hour and returns the notifications with their minutes. */
function notificationsOver(holds: readonly Hold[], watermark: number | null, overdueAt?: number) {
  const silent: TickedGate = {
    ...{ metric: 'queue', action: 'pause', status: 'NO_DATA', value: null, hasFired: false },
    ...{ isOverdue: false, onNoData: 'hold', message: null },
    ...(overdueAt === undefined ? {} : { overdueAt }),
  };
  let decision: Decision | null = null;
  const notifications: string[] = [];
  for (let minute = 1; minute <= 60; minute += 1) {
    const now = START + minute * MINUTE;
    const before = { decision, lastTickAt: now - MINUTE, stepStartedAt: START };
    decision = deciding(...holds);
    const facts = { now, watermark, ticked: [silent] };
    notifications.push(
      ...holdsToNotify(before, decision, facts).map(({ code }) => `${minute} ${code}`),
    );
  }
  return notifications;
}

describe('the notifications of holds', () => {
  it('report each problem once, and never an ordinary bake', () => {
    expect(notificationsOver([bake], START + 999 * MINUTE)).toEqual([]);
    expect(notificationsOver([bake, error], START + 999 * MINUTE)).toEqual(['1 SOURCE_ERROR']);
    expect(notificationsOver([noData], START + 999 * MINUTE)).toEqual(['1 NO_DATA']);
  });

  it('report silence during a bake once it lasts, because the bake makes no progress', () => {
    const grace = START + 20 * MINUTE;
    expect(notificationsOver([bake, noData], START + 999 * MINUTE, grace)).toEqual(['20 NO_DATA']);
    expect(notificationsOver([bake, stale], START)).toEqual(['15 STALE_DATA']);
    expect(notificationsOver([bake, stale], null)).toEqual(['15 STALE_DATA']);
    expect(notificationsOver([bake, stale], START + 10 * MINUTE)).toEqual(['25 STALE_DATA']);
  });

  it('report nothing about silence when the facts of the tick are unknown', () => {
    const before = { decision: null, lastTickAt: START, stepStartedAt: START };
    expect(holdsToNotify(before, deciding(bake, stale), null)).toEqual([]);
  });
});
