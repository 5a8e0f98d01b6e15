import { momentOf, offsetMsAt } from './time-zone.js';

interface Named {
  readonly key: string;
  readonly name: string;
  /** Keys of environments; empty: all. */
  readonly environments: readonly string[];
}

/** Hours in which exposure may rise. */
export interface Window extends Named {
  readonly kind: 'window';
  readonly timeZone: string;
  /** ISO weekdays, 1 (Monday) to 7, on which the window opens. */
  readonly days: readonly number[];
  /** `HH:MM` in the zone; a window with `closes` not after `opens` closes on the next day. */
  readonly opens: string;
  readonly closes: string;
}

/**
 * A time span in which exposure may not rise, in epoch milliseconds; without an end, it lasts until
 * it is lifted.
 */
export interface Freeze extends Named {
  readonly kind: 'freeze';
  readonly startsAt: number;
  readonly endsAt: number | null;
}

export type WindowRule = Window | Freeze;

/** Why exposure may not rise, and from when it may; null: unknown. */
export interface Closed {
  readonly kind: WindowRule['kind'];
  readonly what: string;
  readonly opensAt: number | null;
}

const DAY_MS = 86_400_000;
/** Two weeks: each weekday occurs twice, so if the clock skips one opening, the next is found. */
const DAYS_AHEAD = 15;

/**
 * All running freezes of the environment, and one entry for the named windows of a release unless
 * at least one of them is open. Windows of other environments are ignored.
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

/** `open`, or the moment at which the window next opens; null: not within two weeks. */
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

/** The hours of the window if it opens on that day; empty when a clock change skips them. */
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
