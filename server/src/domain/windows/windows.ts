import { momentOf, offsetMsAt } from './time-zone.js';

interface Named {
  readonly key: string;
  readonly name: string;
  /** Keys of environments; empty: all. */
  readonly environments: readonly string[];
}

/** When exposure may rise. */
export interface Window extends Named {
  readonly kind: 'window';
  readonly timeZone: string;
  /** ISO weekdays, 1 (Monday) to 7, on which it opens. */
  readonly days: readonly number[];
  /** `HH:MM` of the zone's clock; one that closes no later than it opens closes the next day. */
  readonly opens: string;
  readonly closes: string;
}

/** When exposure may not rise. Epoch milliseconds; without an end until somebody lifts it. */
export interface Freeze extends Named {
  readonly kind: 'freeze';
  readonly startsAt: number;
  readonly endsAt: number | null;
}

export type WindowRule = Window | Freeze;

/** Why exposure may not rise, and from when it may; null: nobody knows. */
export interface Closed {
  readonly kind: WindowRule['kind'];
  readonly what: string;
  readonly opensAt: number | null;
}

const DAY_MS = 86_400_000;
/** One week ahead finds every opening, and a skipped one still has the next. */
const DAYS_AHEAD = 15;

/**
 * Every running freeze of the environment; and, where a release names windows, one entry unless at
 * least one of them is open. A window of other environments binds nobody here.
 */
export function closedNow(
  rules: readonly WindowRule[],
  environmentKey: string,
  windowKeys: readonly string[],
  nowMs: number,
): readonly Closed[] {
  const here = rules.filter((rule) => bindsHere(rule, environmentKey));
  const freezes = here
    .filter((rule) => rule.kind === 'freeze')
    .filter(({ startsAt, endsAt }) => startsAt <= nowMs && (endsAt === null || nowMs < endsAt))
    .map(({ kind, name, endsAt }) => ({ kind, what: `freeze "${name}"`, opensAt: endsAt }));
  return [...freezes, ...outsideOf(windowKeys, rules, here, nowMs)];
}

function outsideOf(
  keys: readonly string[],
  all: readonly WindowRule[],
  here: readonly WindowRule[],
  nowMs: number,
): readonly Closed[] {
  const named = here.filter((rule) => rule.kind === 'window' && keys.includes(rule.key));
  const windows = named as readonly Window[];
  const missing = keys.filter((key) => !all.some((rule) => rule.key === key));
  if (windows.length === 0 && missing.length === 0) return [];
  const openings = windows.map((window) => nextOpening(window, nowMs));
  if (openings.includes('open')) return [];
  const times = openings.filter((time): time is number => typeof time === 'number');
  const names = windows.map(({ name }) => `"${name}"`);
  const gone = missing.map((key) => `"${key}" (which does not exist)`);
  const plural = names.length + gone.length === 1 ? 'window' : 'windows';
  return [
    {
      kind: 'window',
      what: `outside ${plural} ${[...names, ...gone].join(', ')}`,
      opensAt: times.length === 0 ? null : Math.min(...times),
    },
  ];
}

/** `open` now, else when it opens next; null: never within two weeks. */
export function nextOpening(window: Window, nowMs: number): 'open' | number | null {
  const today = dayOf(nowMs + offsetMsAt(window.timeZone, nowMs));
  for (let ahead = -1; ahead <= DAYS_AHEAD; ahead += 1) {
    const day = today + ahead;
    if (!window.days.includes(weekdayOf(day))) continue;
    const { from, to } = hoursOn(window, day);
    if (from <= nowMs && nowMs < to) return 'open';
    if (from > nowMs && from < to) return from;
  }
  return null;
}

/** From when to when it is open if it opens on that day; empty where the clock skips it. */
function hoursOn(window: Window, day: number): { readonly from: number; readonly to: number } {
  const isOvernight = window.closes <= window.opens;
  return {
    from: momentOn(window.timeZone, day, window.opens),
    to: momentOn(window.timeZone, isOvernight ? day + 1 : day, window.closes),
  };
}

function momentOn(timeZone: string, day: number, time: string): number {
  const date = new Date(day * DAY_MS);
  return momentOf(timeZone, {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: Number(time.slice(0, 2)),
    minute: Number(time.slice(3, 5)),
  });
}

/** Days since 1970-01-01, which was a Thursday. */
function dayOf(wallMs: number): number {
  return Math.floor(wallMs / DAY_MS);
}

function weekdayOf(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1;
}

function bindsHere(rule: WindowRule, environmentKey: string): boolean {
  return rule.environments.length === 0 || rule.environments.includes(environmentKey);
}
