/** The length of each unit in seconds. */
export const DURATION_UNITS = { s: 1, min: 60, h: 3_600, d: 86_400 } as const;
export type DurationUnit = keyof typeof DURATION_UNITS;

/** The largest unit in which a duration is a whole number; minutes for a duration of zero. */
export function unitFor(seconds: number): DurationUnit {
  const fits = (['d', 'h', 'min'] as const).find((unit) => seconds % DURATION_UNITS[unit] === 0);
  return seconds === 0 ? 'min' : (fits ?? 's');
}
