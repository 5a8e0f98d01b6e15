import type { Window } from '../../api/types.js';
import { formatMoment } from '../../ui/format-time.js';

export const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/** "Mon–Fri 09:00–17:00, Europe/Amsterdam" for a window; start and end for a freeze. */
export function describeWindow(window: Window): string {
  if (window.kind === 'freeze') {
    const from = window.startsAt === null ? 'now' : formatMoment(window.startsAt);
    return `${from} to ${window.endsAt === null ? 'further notice' : formatMoment(window.endsAt)}`;
  }
  const hours = `${window.opens ?? '00:00'}–${window.closes ?? '24:00'}`;
  return `${describeDays(window.days)} ${hours}, ${window.timeZone ?? 'UTC'}`;
}

/** Joins consecutive days into a range. */
export function describeDays(days: readonly number[] | null): string {
  if (days === null || days.length === 0 || days.length === 7) {
    return 'every day';
  }
  const sorted = [...days].sort((a, b) => a - b);
  const runs: [from: number, to: number][] = [];
  for (const day of sorted) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === day - 1) {
      last[1] = day;
    } else {
      runs.push([day, day]);
    }
  }
  return runs
    .map(([from, to]) => (from === to ? name(from) : `${name(from)}–${name(to)}`))
    .join(', ');
}

function name(day: number): string {
  return DAYS[day - 1] ?? String(day);
}
