const CALLS_MAX = 120;
const WIDTH_MIN = 1e-10;
const NEAR_ENOUGH = 1e-8;
const FIRST_STRIDE = 0.05;
const STRIDE_GROWTH = 3;

export interface Range {
  readonly from: number;
  readonly to: number;
  /** Where to look first; close guesses need a third of the calls. */
  readonly guess?: number;
}

/** Where a monotone function changes sign within a range; null when it does not. */
export function findCrossing(f: (at: number) => number, range: Range): number | null {
  const { from, to, guess } = range;
  if (guess === undefined || !(guess > from && guess < to)) {
    return refine(f, [from, f(from)], [to, f(to)]);
  }
  const atEnd = f(to);
  let inner: Point = [guess, f(guess)];
  const towards = inner[1] > 0 === atEnd > 0 ? from : to;
  const distance = towards - guess;
  for (let stride = FIRST_STRIDE; stride < Math.abs(distance); stride *= STRIDE_GROWTH) {
    const at = guess + Math.sign(distance) * stride;
    const outer: Point = [at, f(at)];
    if (outer[1] > 0 !== inner[1] > 0) return refine(f, inner, outer);
    inner = outer;
  }
  return refine(f, inner, [towards, towards === to ? atEnd : f(towards)]);
}

type Point = readonly [at: number, value: number];

/** False position with halved weights (Illinois), and bisection wherever that is slow. */
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
