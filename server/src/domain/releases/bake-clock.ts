import type { ReleaseStatus, TickFacts } from './decision.js';

const TICKS_MAX = 2;

/** Whether this tick's numbers say something about now. */
export function isDataFresh(status: ReleaseStatus, facts: TickFacts): boolean {
  const { watermark, now, liveInstances, silentInstances } = facts;
  const isRecent = watermark !== null && now - watermark <= status.plan.maxLagSeconds * 1000;
  return isRecent && liveInstances > 0 && silentInstances.length === 0 && !hasDeafSource(facts);
}

/** A source that was asked and gave no number: a watched one and an ignored one may. */
function hasDeafSource({ ticked }: TickFacts): boolean {
  return ticked.some(
    ({ action, status, onNoData }) =>
      action !== 'watch' && onNoData !== 'ignore' && (status === 'NO_DATA' || status === 'ERROR'),
  );
}

/**
 * Bake counts time that was observed: at most two ticks at once, so that an outage of hours adds a
 * minute, and nothing on stale data. New code starts it again where the plan says so.
 */
export function bakedMsAfter(status: ReleaseStatus, facts: TickFacts): number {
  const { now, recentMarkers } = facts;
  const { plan, stepStartedAt, lastTickAt, bakedMs } = status;
  const since = Math.max(lastTickAt ?? now, stepStartedAt ?? 0);
  const elapsed = Math.min(Math.max(0, now - since), TICKS_MAX * plan.tickSeconds * 1000);
  const baked = bakedMs + (isDataFresh(status, facts) ? elapsed : 0);
  if (!plan.restartBakeOnDeploy) return baked;
  const deploys = recentMarkers.filter(({ isDeploy, at }) => isDeploy && at <= now);
  return deploys.reduce((least, { at }) => Math.min(least, now - at), baked);
}
