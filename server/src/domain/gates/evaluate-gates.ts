import { type ChosenPhases, choosePhases, distinctUnits } from './choose-phases.js';
import type {
  Evaluation,
  FamilyEvidence,
  PinnedGate,
  PinnedGates,
  GateEvidence,
  Latches,
} from './evidence.js';
import { type FamilyMember, familyOf } from './family.js';
import { noLatches } from './pin-gates.js';
import { judgeGate } from './judge-gate.js';
import { judgeLimits } from './judge-limits.js';
import { sampleRatioLnE } from './sample-ratio.js';
import type { ReleaseTotals } from './totals.js';
import { tripwire } from './tripwire.js';

/**
 * Evaluates a release from totals alone: the same totals give the same evidence, in whatever order
 * they were gathered. Decisions use the running maxima in `latches`.
 */
export function evaluateGates(
  totals: ReleaseTotals,
  pinned: PinnedGates,
  latches: Latches,
  at: { readonly step: number },
): Evaluation {
  const before = latches.round === pinned.round ? latches : noLatches(pinned.round);
  const phases = choosePhases(totals, pinned.round, at.step);
  const judged = pinned.compared.map((gate) =>
    judgeGate(phases, { gate, sample: totals.sample, plannedPhases: pinned.plannedPhases }),
  );
  const gates = withSharedProof(
    judged.map(({ evidence }) => evidence),
    pinned.compared,
  );
  const limits = judgeLimits(phases.all, pinned, before);
  const pause = evidenceOf(membersOf(gates, pinned.compared, 'pause'), before.pause);
  const tripped = hasWarmUpEvents(phases)
    ? tripwire(totals, pinned, before).lnEMax
    : before.rollback;
  const rollback = evidenceOf(membersOf(gates, pinned.compared, 'rollback'), tripped);
  const sampleRatio = judgeSampleRatio(phases, before);
  return {
    ...{ gates, limits, pause, rollback, sampleRatio },
    bothArmsShare: bothArmsShareOf(phases),
    stepUnits: {
      treatment: Math.round(distinctUnits(phases.ofStep, 'treatment') / totals.sample),
      control: Math.round(distinctUnits(phases.ofStep, 'control') / totals.sample),
    },
    latches: {
      round: pinned.round,
      pause: pause.lnEMax,
      rollback: rollback.lnEMax,
      sampleRatio: sampleRatio.lnEMax,
      limits: Object.fromEntries(limits.map(({ metric, lnEMax }) => [metric, lnEMax])),
    },
    pinned: { ...pinned, compared: judged.map(({ gate }) => gate) },
  };
}

/** Without warm-up events, the tripwire sees only a subset of what the rollback family sees. */
function hasWarmUpEvents({ compared }: ChosenPhases): boolean {
  return compared.some(({ metrics }) =>
    Object.values(metrics).some(
      ({ firsts, firstsAll }) =>
        firstsAll !== undefined &&
        (firstsAll.treatment !== firsts?.treatment || firstsAll.control !== firsts?.control),
    ),
  );
}

function membersOf(
  gates: readonly GateEvidence[],
  pinned: readonly PinnedGate[],
  family: 'pause' | 'rollback',
): readonly FamilyMember[] {
  return gates.map(({ metric, lnE, isReady }, index) => {
    return { metric, lnE, isReady, weight: pinned[index]?.weights[family] ?? 0 };
  });
}

function evidenceOf(members: readonly FamilyMember[], before: number): FamilyEvidence {
  const { lnE, parts } = familyOf(members);
  return { lnE, lnEMax: Math.max(before, lnE), parts };
}

/**
 * Two gates may watch the same failure: one per user, which counts each user once, and one per
 * request, which sees few failures in a healthy app. Either may earn the step for the other.
 */
function withSharedProof(
  gates: readonly GateEvidence[],
  pinned: readonly PinnedGate[],
): readonly GateEvidence[] {
  const failures = pinned.map(({ definition: { kind, event, harmful, attribution } }) =>
    kind === 'split' || kind === 'ratio' ? `${event} ${harmful} ${attribution}` : null,
  );
  const provers = new Map(
    gates.flatMap(({ metric, isEarned }, index) => (isEarned ? [[failures[index], metric]] : [])),
  );
  return gates.map((gate, index) => {
    const failure = failures[index];
    const mayShare = gate.kind === 'split' || gate.ruledOut === null;
    const provenBy = failure == null ? undefined : provers.get(failure);
    if (gate.isEarned || !mayShare || provenBy === undefined) return gate;
    return { ...gate, isEarned: true, provenBy };
  });
}

function judgeSampleRatio({ compared }: ChosenPhases, before: Latches) {
  const lnE = sampleRatioLnE(compared.map(({ share, firstUnits }) => ({ share, ...firstUnits })));
  return { lnE, lnEMax: Math.max(before.sampleRatio, lnE) };
}

/** Share of the users of the current step that were seen in both arms of one phase. */
function bothArmsShareOf({ ofStep }: ChosenPhases): number {
  let both = 0;
  let people = 0;
  for (const { units, unitsInBothArms } of ofStep) {
    both += unitsInBothArms;
    people += units.treatment + units.control;
  }
  return people === 0 ? 0 : both / people;
}
