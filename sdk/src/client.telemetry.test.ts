import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClientStage, settled } from '../../test/support/client-stage.js';
import { Gathered } from '../../test/support/gathered.js';
import { releasedFlag } from '../../test/support/rulesets.js';
import type { ReleaseMetric } from './core/ruleset.js';
import type { EventBatch } from './protocol/event-batch.js';

const METRICS: readonly ReleaseMetric[] = [
  { key: 'purchases', kind: 'split', event: 'purchase', attribution: 'assignment' },
];
const PERSON = { targetingKey: 'user-1' };

let stage: ClientStage;

beforeEach(async () => {
  stage = await ClientStage.open();
});
afterEach(() => stage.close());

async function connect() {
  const flags = stage.connect({ random: () => 0 });
  await flags.ready();
  await stage.server.batches.next();
  return flags;
}

/** Advances the clock until the next batch arrives. */
async function nextBatch(stepMs: number): Promise<EventBatch> {
  const before = stage.server.batches.all.length;
  for (let step = 0; step < 50 && stage.server.batches.all.length === before; step += 1) {
    stage.clock.advance(stepMs);
    for (let turn = 0; turn < 20; turn += 1) await settled();
  }
  return await stage.server.batches.next();
}

/** Batches as the server counts them: a repeat with the same `seq` is counted once. */
const stored = () => [...new Map(stage.server.batches.all.map((one) => [one.seq, one])).values()];

describe('the telemetry of a client', () => {
  it('is sent when the client closes', async () => {
    const flags = await connect();
    flags.isActive('awesome', PERSON);
    flags.value('awesome', PERSON, false);
    flags.details('awsome', PERSON, false);
    flags.track('visit', PERSON);
    await flags.close();
    const batch = await stage.server.batches.next();
    const gathered = Gathered.of([batch]);
    expect(gathered.flags).toEqual(new Map([['awesome=on', 2]]));
    expect(gathered.metrics.get('visit')?.count).toBe(1);
    expect(batch).toMatchObject({ seq: 2, unknown: ['awsome'] });
  });

  it('counts only served values, not evaluations with a type mismatch', async () => {
    const flags = await connect();
    expect(flags.value('awesome', PERSON, 'text')).toBe('text');
    flags.isActive('awesome', PERSON);
    await flags.flush();
    expect(Gathered.of(stage.server.batches.all).flags.get('awesome=on')).toBe(1);
  });

  it('is sent every five seconds from the revision that starts a release', async () => {
    const flags = await connect();
    stage.server.publish({ flags: { awesome: releasedFlag({ metrics: METRICS }) } });
    while (flags.status().revision !== 6) await settled();
    await stage.server.batches.next();
    const [first, second] = [await nextBatch(1_000), await nextBatch(1_000)];
    expect((second.through as number) - (first.through as number)).toBe(5_000);
    flags.isActive('awesome', PERSON);
    expect(Gathered.of([await nextBatch(1_000)]).arm('r1', 1, 'treatment').exposures).toBe(1);
  });

  it('is sent within 500 ms when a user first has an event that gates a release', async () => {
    stage.server.ruleset = {
      ...stage.server.ruleset,
      flags: { awesome: releasedFlag({ metrics: METRICS }) },
    };
    const flags = await connect();
    const trackedAt = stage.clock.now();
    flags.track('purchase', PERSON, 5);
    const batch = await nextBatch(100);
    expect(stage.clock.now() - trackedAt).toBeLessThanOrEqual(500);
    expect(Gathered.of([batch]).arm('r1', 1, 'treatment').splits.get('purchases')).toHaveLength(1);
  });

  it('waits while the server is unreachable and arrives complete and in order', async () => {
    const flags = await connect();
    stage.proxy.fault = { kind: 'refuse' };
    for (let slot = 0; slot < 30; slot += 1) {
      flags.isActive('awesome', PERSON);
      stage.clock.advance(10_000);
      for (let turn = 0; turn < 5; turn += 1) await settled();
    }
    stage.proxy.fault = { kind: 'none' };
    while (Gathered.of(stored()).flags.get('awesome=on') !== 30) {
      stage.clock.advance(1_000);
      for (let turn = 0; turn < 20; turn += 1) await settled();
    }
    expect(stored().map(({ seq }) => seq)).toEqual(stored().map((_, index) => index + 1));
    const froms = stored().flatMap(({ slots }) => slots.map(({ from }) => from));
    expect(froms).toEqual([...froms].sort((a, b) => a - b));
    expect(flags.status().droppedEvents).toBe(0);
  });

  it('drops a rejected batch, sends the next one, and reports the loss', async () => {
    const flags = await connect();
    let refusals = 0;
    stage.server.override = (request, response) => {
      if (request.method !== 'POST' || refusals > 0) return false;
      refusals += 1;
      request.resume();
      response.writeHead(400).end();
      return true;
    };
    flags.track('visit', PERSON);
    void flags.flush();
    while (flags.status().droppedEvents === 0) await settled();
    stage.clock.advance(3_000);
    expect(await stage.server.batches.next()).toMatchObject({ seq: 2, dropped: 1, slots: [] });
    expect(stage.log.join()).toContain('answered 400');
  });
});
