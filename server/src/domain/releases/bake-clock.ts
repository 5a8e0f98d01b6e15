import type { ReleaseStatus, TickFacts } from './decision.js';

const TICKS_MAX = 2;

/** Whether the numbers of this tick describe the present. */
export function isDataFresh(status: ReleaseStatus, facts: TickFacts): boolean {
  const { watermark, now, liveInstances, silentInstances } = facts;
  const isRecent = watermark !== null && now - watermark <= status.plan.maxLagSeconds * 1000;
  return isRecent && liveInstances > 0 && silentInstances.length === 0 && !hasDeafSource(facts);
}

/** A source returned no number. Watched and ignored metrics do not count. */
function hasDeafSource({ ticked }: TickFacts): boolean {
  return ticked.some(
    ({ action, status, onNoData }) =>
      action !== 'watch' && onNoData !== 'ignore' && (status === 'NO_DATA' || status === 'ERROR'),
  );
}

/**
 * The bake counts observed time: at most two ticks at once, so an outage of hours adds a minute,
 * and nothing while data is stale. A deploy restarts it where the plan says so.
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
