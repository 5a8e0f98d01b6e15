import type { PinnedGate, PinnedGates } from '../gates/evidence.js';
import type { MetricTotals, ReleaseTotals } from '../gates/totals.js';

const OF_REQUESTS = 'http.';
/** Events that are sent for each request, successful or failed. */
export const REQUESTS = ['http.request', 'http.latency'];

/**
 * Gates without any number in this round. `events` are all event names sent since the round began:
 * an event of other users proves the spelling, and a healthy app has requests without failures.
 */
export function neverSeenGates(
  { round, compared, limits }: PinnedGates,
  totals: ReleaseTotals,
  events: ReadonlySet<string>,
): readonly string[] {
  const phases = totals.phases.filter((phase) => phase.round === round);
  const isGathered = (metric: string) => phases.some((phase) => hasNumber(phase.metrics[metric]));
  const hasRequests = REQUESTS.some((name) => events.has(name));
  const isHeard = ({ definition: { event } }: PinnedGate) =>
    events.has(event) || (event.startsWith(OF_REQUESTS) && hasRequests);
  return [
    ...compared.filter((gate) => !isGathered(gate.metric) && !isHeard(gate)),
    ...limits.filter(({ metric }) => !isGathered(metric)),
  ].map(({ metric }) => metric);
}

function hasNumber(totals: MetricTotals | undefined): boolean {
  if (totals === undefined) return false;
  const { firsts, buckets, slo } = totals;
  const people = (firsts?.treatment ?? 0) + (firsts?.control ?? 0);
  return people > 0 || buckets !== undefined || (slo?.total ?? 0) > 0;
}
