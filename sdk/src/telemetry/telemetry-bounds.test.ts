import { describe, expect, it } from 'vitest';
import { Gathered } from '../../../test/support/gathered.js';
import {
  STAGE_START as NOW,
  TelemetryStage as Stage,
} from '../../../test/support/telemetry-stage.js';
import type { EventBatch } from '../protocol/event-batch.js';

const TREATED = { targetingKey: 'user-1' };

describe('telemetry under load', () => {
  it('drops and counts excess events, while evaluations are kept', () => {
    const stage = Stage.released();
    for (let index = 0; index < 2_500; index += 1) stage.telemetry.track(`event-${index}`, {});
    for (let call = 0; call < 100_000; call += 1) stage.evaluate(TREATED);
    const gathered = stage.gathered();
    expect(gathered.metrics.size).toBe(2_000);
    expect(gathered.dropped).toBe(500);
    expect(gathered.flags.get('awesome=on')).toBe(100_000);
  });

  it('drops no user when 100,000 arrive within ten seconds', () => {
    const stage = Stage.released();
    for (let index = 0; index < 100_000; index += 1) stage.evaluate({ targetingKey: index });
    const batches: EventBatch[] = [];
    while (!stage.telemetry.contents.isEmpty) batches.push(stage.take());
    const gathered = Gathered.of(batches);
    const named = (arm: string) => gathered.arm('r1', 1, arm).units.size;
    expect(named('treatment') + named('control')).toBe(100_000);
    expect(gathered.dropped).toBe(0);
    expect(new Set(batches.flatMap(({ slots }) => slots.map(({ from }) => from)))).toEqual(
      new Set([NOW]),
    );
    for (const batch of batches) expect(JSON.stringify(batch).length).toBeLessThan(2 ** 20);
  });

  it('splits a large amount into several batches, each complete up to its `through` time', () => {
    const stage = Stage.released();
    for (let slot = 0; slot < 10; slot += 1) {
      for (let index = 0; index < 9_000; index += 1) {
        stage.evaluate({ targetingKey: `${slot}-${index}` });
      }
      stage.clock.advance(10_000);
    }
    const batches = [stage.take(), stage.take(), stage.take()];
    expect(batches.map(({ through }) => through === NOW + 100_000)).toEqual([false, true, true]);
    const [first, second, third] = batches as [EventBatch, EventBatch, EventBatch];
    expect(first.slots.every(({ from }) => from <= (first.through as number))).toBe(true);
    expect(second.slots[0]?.from).toBeGreaterThanOrEqual(first.through as number);
    expect(third.slots).toEqual([]);
    expect(JSON.stringify(first).length).toBeLessThan(2 ** 20);
    expect(Gathered.of(batches).flags.get('awesome=on')).toBeGreaterThan(40_000);
  });

  it('reports users again after a loss that may contain their first report', () => {
    const stage = Stage.released();
    stage.evaluate(TREATED);
    stage.take();
    stage.telemetry.contents.lose(1);
    stage.evaluate(TREATED);
    expect(stage.gathered().arm('r1', 1, 'treatment').units.size).toBe(1);
  });

  it('drops the oldest slots while the server is unreachable', () => {
    const stage = new Stage({});
    const slots = 100;
    for (let slot = 0; slot < slots; slot += 1) {
      for (let index = 0; index < 2_000; index += 1) {
        stage.telemetry.track(`event-${index}-${'x'.repeat(80)}`, {});
      }
      stage.clock.advance(10_000);
    }
    const batches: EventBatch[] = [];
    while (!stage.telemetry.contents.isEmpty) batches.push(stage.take());
    const { dropped, metrics } = Gathered.of(batches);
    const kept = [...metrics.values()].reduce((sum, { count }) => sum + count, 0);
    expect(batches.length).toBeGreaterThanOrEqual(20);
    expect(batches.length).toBeLessThanOrEqual(22);
    expect(dropped).toBeGreaterThan(0);
    expect(kept + dropped).toBe(slots * 2_000);
    expect(batches.at(-1)?.slots.at(-1)?.from).toBe(NOW + (slots - 1) * 10_000);
  });
});
