const CALLS_MAX = 120;
const WIDTH_MIN = 1e-10;
const NEAR_ENOUGH = 1e-8;
const FIRST_STRIDE = 0.05;
const SECANTS_MAX = 12;

export interface Range {
  readonly from: number;
  readonly to: number;
  /** First value to try; a close guess needs a third of the calls. */
  readonly guess?: number;
}

/**
 * Returns the value at which a monotone function changes sign within a range, or null without one.
 */
export function findCrossing(f: (at: number) => number, range: Range): number | null {
  const { from, to, guess } = range;
  const quick = guess === undefined ? null : bySecant(f, from, to, guess);
  return quick ?? refine(f, [from, f(from)], [to, f(to)]);
}

/** Secant steps from a good guess need few calls; returns null when they leave the range. */
function bySecant(
  f: (at: number) => number,
  from: number,
  to: number,
  guess: number,
): number | null {
  let [a, b] = [guess, guess + FIRST_STRIDE];
  if (!(a > from && b < to)) return null;
  let [atA, atB] = [f(a), f(b)];
  for (let call = 0; call < SECANTS_MAX; call++) {
    if (Math.abs(atB) < NEAR_ENOUGH) return b;
    const next = b - (atB * (b - a)) / (atB - atA);
    if (!(next > from && next < to)) return null;
    [a, atA] = [b, atB];
    [b, atB] = [next, f(next)];
  }
  return null;
}

type Point = readonly [at: number, value: number];

/** False position with halved weights (Illinois), and bisection when that converges slowly. */
function refine(f: (at: number) => number, first: Point, second: Point): number | null {
  let [a, atA] = first;
  let [b, atB] = second;
  if (atA === 0) return a;
  if (atB === 0) return b;
  if (atA > 0 === atB > 0) return null;
  let widthBefore = Math.abs(b - a);
  for (let call = 1; call <= CALLS_MAX && Math.abs(b - a) > WIDTH_MIN; call++) {
    const isSlow = call % 4 === 0 && Math.abs(b - a) > widthBefore / 2;
    if (call % 4 === 0) widthBefore = Math.abs(b - a);
    const middle = isSlow ? (a + b) / 2 : falsePosition(a, atA, b, atB);
    const atMiddle = f(middle);
    if (Math.abs(atMiddle) < NEAR_ENOUGH) return middle;
    if (atMiddle > 0 === atB > 0) atA /= 2;
    else [a, atA] = [b, atB];
    [b, atB] = [middle, atMiddle];
  }
  return b;
}

function falsePosition(a: number, atA: number, b: number, atB: number): number {
  const guess = (a * atB - b * atA) / (atB - atA);
  return guess > Math.min(a, b) && guess < Math.max(a, b) ? guess : (a + b) / 2;
}
