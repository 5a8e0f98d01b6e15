/** Relative effects of a mixture test, evenly spaced on a log scale and equally weighted. */
export function effectGrid(from: number, to: number, count: number): readonly number[] {
  const ratio = (to / from) ** (1 / (count - 1));
  return Array.from({ length: count }, (_, index) => from * ratio ** index);
}
