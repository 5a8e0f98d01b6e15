import type { Decision, Hold, HoldCode, TickFacts } from './decision.js';

/** The release before this tick. */
export interface Before {
  readonly decision: Decision | null;
  readonly lastTickAt: number | null;
  readonly stepStartedAt: number | null;
}

const ALWAYS_NOTIFIED: readonly HoldCode[] = ['SUSPICIOUS', 'SOURCE_ERROR', 'UNSTABLE_UNITS'];
/** Instances come and go; after this long, a silent instance is not expected to return. */
const SILENCE_MS = 15 * 60_000;

/**
 * Holds that need a notification: new ones that are not part of an ordinary bake, and silence that
 * has just exceeded the limit, because the bake stops during it.
 */
export function holdsToNotify(
  before: Before,
  { holds }: Decision,
  facts: Pick<TickFacts, 'now' | 'watermark' | 'ticked'> | null,
): readonly Hold[] {
  const isBaking = holds.some(({ code }) => code === 'BAKE');
  const known = new Set(before.decision?.holds.map(nameOfHold));
  const lasting = facts === null ? new Set<string>() : beginsToLast(before, facts);
  return holds.filter((hold) => {
    const name = nameOfHold(hold);
    if (isBaking && lasting.has(name)) return true;
    const isNew = !known.has(name);
    return isNew && hold.code !== 'BAKE' && (!isBaking || ALWAYS_NOTIFIED.includes(hold.code));
  });
}

export function nameOfHold({ code, metric = '' }: Pick<Hold, 'code' | 'metric'>): string {
  return metric === '' ? code : `${code}:${metric}`;
}

/** Names of holds whose silence exceeded the limit between the last tick and this one. */
function beginsToLast(
  { lastTickAt, stepStartedAt }: Before,
  { now, watermark, ticked }: Pick<TickFacts, 'now' | 'watermark' | 'ticked'>,
): ReadonlySet<string> {
  const isNow = (at: number) => at <= now && at > (lastTickAt ?? now - 1);
  const heardAt = Math.max(watermark ?? 0, stepStartedAt ?? 0);
  return new Set([
    ...(isNow(heardAt + SILENCE_MS) ? ['STALE_DATA'] : []),
    ...ticked
      .filter(({ overdueAt }) => overdueAt !== undefined && isNow(overdueAt))
      .map(({ metric }) => nameOfHold({ code: 'NO_DATA', metric })),
  ]);
}
