const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** "just now", "3 min ago", "5 h ago", "2 days ago", then the date; the future is "in …". */
export function describeAge(at: string, now: number): string {
  const then = Date.parse(at);
  if (Number.isNaN(then)) {
    return at;
  }
  const age = Math.abs(now - then);
  if (age < 45_000) {
    return 'just now';
  }
  const text = describeSpan(age);
  if (text === undefined) {
    return new Date(then).toLocaleDateString(undefined, { dateStyle: 'medium' });
  }
  return then > now ? `in ${text}` : `${text} ago`;
}

function describeSpan(spanMs: number): string | undefined {
  if (spanMs < HOUR_MS) {
    return `${Math.max(1, Math.round(spanMs / MINUTE_MS))} min`;
  }
  if (spanMs < DAY_MS) {
    return `${Math.round(spanMs / HOUR_MS)} h`;
  }
  const days = Math.round(spanMs / DAY_MS);
  return days <= 14 ? `${days} ${days === 1 ? 'day' : 'days'}` : undefined;
}

export function formatMoment(at: string): string {
  const then = new Date(at);
  return Number.isNaN(then.getTime())
    ? at
    : then.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}
