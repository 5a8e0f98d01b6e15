/** A local date and time without a zone. */
export interface WallTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  /** 0 to 24; 24 is the start of the next day. */
  readonly hour: number;
  readonly minute: number;
}

const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Accepts IANA names only: a fixed offset has no daylight saving time. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(name)) return false;
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** Milliseconds by which local time in the zone is ahead of UTC at that moment. */
export function offsetMsAt(timeZone: string, at: number): number {
  const part: Record<string, number> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(at)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  return wall - Math.floor(at / 1_000) * 1_000;
}

/**
 * Converts local time to a moment. An ambiguous time means the first occurrence; a skipped one
 * means the moment of the clock change.
 */
export function momentOf(timeZone: string, wall: WallTime): number {
  const { year, month, day, hour, minute } = wall;
  const asUtc = Date.UTC(year, month - 1, day, hour, minute);
  const offsets = [offsetMsAt(timeZone, asUtc - DAY_MS), offsetMsAt(timeZone, asUtc + DAY_MS)];
  const candidates = offsets.map((offset) => asUtc - offset).sort((a, b) => a - b);
  const shown = candidates.find((at) => at + offsetMsAt(timeZone, at) === asUtc);
  if (shown !== undefined) return shown;
  return jumpBetween(timeZone, candidates[0] as number, candidates[1] as number);
}

/** The first moment at which the zone's offset differs from that at `before`. */
function jumpBetween(timeZone: string, before: number, after: number): number {
  const old = offsetMsAt(timeZone, before);
  let low = before;
  let high = after;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetMsAt(timeZone, middle) === old) low = middle;
    else high = middle;
  }
  return high;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const numeric = 'numeric' as const;
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23' },
    ...{ year: numeric, month: numeric, day: numeric },
    ...{ hour: numeric, minute: numeric, second: numeric },
  });
  formats.set(timeZone, format);
  return format;
}
