import { isCompared, isTicked, type MetricDefinition } from '../metrics/metric.js';
import type { GatePlan, ReleasePlan } from '../releases/plan.js';
import { isComparativeShare } from './choose-phases.js';
import type { PinnedGate, PinnedGates, PinnedLimit, PinnedTicked, Latches } from './evidence.js';

/** Pins the gates of a round: later edits of metrics and plans do not change them. */
export function pinGates(
  plan: Pick<ReleasePlan, 'gates' | 'steps'>,
  definitions: Readonly<Record<string, MetricDefinition>>,
  round: number,
): PinnedGates {
  const gates = plan.gates.flatMap((gate) => {
    const definition = definitions[gate.metric];
    return definition ? [{ gate, definition }] : [];
  });
  const compared = gates.flatMap(({ gate, definition }) =>
    isCompared(definition) ? [{ gate, definition }] : [],
  );
  const pauseSum = weightOf(compared, ({ action }) => action !== 'watch');
  const rollbackSum = weightOf(compared, ({ action }) => action === 'rollback');
  return {
    round,
    plannedPhases: plan.steps.filter(({ percent }) => isComparativeShare(percent / 100)).length,
    plannedSteps: plan.steps.length,
    compared: compared.map(
      ({ gate, definition }): PinnedGate => ({
        ...{ metric: gate.metric, definition, action: gate.action },
        margin: gate.margin ?? definition.margin,
        ...{ ruledOut: gate.ruledOut, floor: gate.floor, scale: null },
        weights: {
          pause: gate.action === 'watch' ? 0 : gate.weight / pauseSum,
          rollback: gate.action === 'rollback' ? gate.weight / rollbackSum : 0,
        },
      }),
    ),
    limits: gates.flatMap(({ gate, definition }): PinnedLimit[] =>
      definition.kind === 'slo'
        ? [{ metric: gate.metric, action: gate.action, limit: definition.limit }]
        : [],
    ),
    ticked: gates.flatMap(({ gate, definition }): PinnedTicked[] =>
      isTicked(definition) ? [{ metric: gate.metric, definition, action: gate.action }] : [],
    ),
  };
}

function weightOf(
  gates: readonly { readonly gate: GatePlan }[],
  counts: (gate: GatePlan) => boolean,
): number {
  return gates.reduce((sum, { gate }) => sum + (counts(gate) ? gate.weight : 0), 0);
}

/** Latches of a new round: all evidence is e = 1. */
export function noLatches(round: number): Latches {
  return { round, pause: 0, rollback: 0, sampleRatio: 0, limits: {} };
}
