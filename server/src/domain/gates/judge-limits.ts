import type { PinnedGates, PinnedLimit, Latches, LimitEvidence } from './evidence.js';
import { logSumExp } from './log-mean-exp.js';
import { oneSampleLnE } from './one-sample.js';
import type { PhaseTotals } from './totals.js';

/** A limit never acts on fewer bad events than this. */
const BAD_EVENTS_MIN = 3;

/**
 * Tests absolute limits per step and averages over all planned steps, so that a quiet early step
 * cannot hide a later breach. A step that was not reached counts as e = 1.
 */
export function judgeLimits(
  phases: readonly PhaseTotals[],
  pinned: PinnedGates,
  latches: Latches,
): readonly LimitEvidence[] {
  return pinned.limits.map((gate) => judgeLimit(phases, gate, pinned.plannedSteps, latches));
}

function judgeLimit(
  phases: readonly PhaseTotals[],
  { metric, action, limit }: PinnedLimit,
  plannedSteps: number,
  latches: Latches,
): LimitEvidence {
  const bySteps = new Map<number, { bad: number; total: number }>();
  const sums = { bad: 0, total: 0 };
  for (const { step, metrics } of phases) {
    const { bad, total } = metrics[metric]?.slo ?? { bad: 0, total: 0 };
    const before = bySteps.get(step) ?? { bad: 0, total: 0 };
    bySteps.set(step, { bad: before.bad + bad, total: before.total + total });
    sums.bad += bad;
    sums.total += total;
  }
  const reached = [...bySteps.values()].map((counts) => oneSampleLnE(counts, limit));
  const planned = Math.max(plannedSteps, reached.length);
  const waiting = Array.from({ length: planned - reached.length }, () => 0);
  const lnE =
    sums.bad < BAD_EVENTS_MIN ? 0 : logSumExp([...reached, ...waiting]) - Math.log(planned);
  const lnEMax = Math.max(latches.limits[metric] ?? 0, lnE);
  return { metric, action, lnE, lnEMax, ...sums, limit };
}
