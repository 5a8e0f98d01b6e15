import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { PROPERTY_TIMEOUT_MS, runs } from '../../../test/conformance/property-runs.js';
import { Gathered } from '../../../test/support/gathered.js';
import { releasedFlag } from '../../../test/support/rulesets.js';
import { TelemetryStage } from '../../../test/support/telemetry-stage.js';
import type { ReleaseMetric } from '../core/ruleset.js';
import type { EventBatch } from '../protocol/event-batch.js';

vi.setConfig({ testTimeout: PROPERTY_TIMEOUT_MS });

const METRICS: readonly ReleaseMetric[] = [
  { key: 'errors', kind: 'split', event: 'http.error', attribution: 'request' },
  { key: 'rate', kind: 'ratio', event: 'http.error', attribution: 'request', per: 'request' },
  {
    key: 'slow',
    kind: 'slowShare',
    event: 'http.request',
    attribution: 'request',
    thresholdMs: 50,
  },
  { key: 'spent', kind: 'mean', event: 'purchase', attribution: 'assignment', per: 'unit' },
];

const person = fc.integer({ min: 1, max: 12 });
const step = fc.oneof(
  fc.record({ does: fc.constant('evaluate' as const), person }),
  fc.record({
    does: fc.constant('track' as const),
    person,
    value: fc.integer({ max: 99, min: 0 }),
  }),
  fc.record({ does: fc.constant('request' as const), person, isError: fc.boolean() }),
  fc.record({ does: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 15_000 }) }),
  fc.record({ does: fc.constant('phase' as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** The batches when one is taken after each step for which `isTaken` returns true. */
function play(steps: readonly Step[], isTaken: (index: number) => boolean): EventBatch[] {
  const stage = TelemetryStage.released({ metrics: METRICS });
  const batches: EventBatch[] = [];
  let phase = 1;
  for (const [index, one] of steps.entries()) {
    if (one.does === 'wait') stage.clock.advance(one.ms);
    else if (one.does === 'phase') {
      phase += 1;
      stage.use({ awesome: releasedFlag({ phase, metrics: METRICS }) });
    } else take(stage, one);
    if (isTaken(index)) batches.push(stage.take());
  }
  return [...batches, stage.take()];
}

function take(stage: TelemetryStage, one: Exclude<Step, { does: 'wait' | 'phase' }>): void {
  const context = { targetingKey: `user-${one.person}` };
  if (one.does === 'evaluate') stage.evaluate(context);
  else if (one.does === 'track') stage.telemetry.track('purchase', context, one.value);
  else {
    const scope = stage.telemetry.requests.begin({})!;
    scope.run(() => stage.evaluate(context));
    scope.end(one.isError);
  }
}

/** All sums that a server computes, in a comparable form. */
function summary(batches: readonly EventBatch[]) {
  const { flags, metrics, arms, dropped, unattributed } = Gathered.of(batches);
  const sorted = <T>(map: ReadonlyMap<string, T>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...{ dropped, unattributed, flags: sorted(flags), metrics: sorted(metrics) },
    arms: sorted(arms).map(([name, arm]) => ({
      ...{ name, exposures: arm.exposures, units: [...arm.units].sort() },
      splits: sorted(arm.splits).map(([metric, units]) => [metric, [...units].sort()]),
      sums: ['rate', 'slow', 'spent'].map((metric) => arm.totals(metric)),
    })),
  };
}

const namesOf = (batches: readonly EventBatch[]) =>
  batches
    .flatMap(({ slots }) => slots.flatMap(({ releases }) => releases))
    .flatMap(({ phase, arm, units }) => units.map((unit) => `${phase} ${arm} ${unit}`));

describe('telemetry for any sequence of steps', () => {
  it('adds up to the same whenever batches are sent, and reports no user twice', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.array(fc.boolean()), (steps, cuts) => {
        const often = play(steps, (index) => cuts[index % Math.max(1, cuts.length)] ?? false);
        const once = play(steps, () => false);
        expect(summary(often)).toEqual(summary(once));
        expect(new Set(namesOf(often)).size).toBe(namesOf(often).length);
      }),
      runs(300),
    );
  });
});
