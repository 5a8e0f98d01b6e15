/** Draws from exact distributions, all from one seeded source of numbers in [0, 1). */
export type Random = () => number;

const SMALL_MEAN = 10;
const FACTORIALS = 4096;

const lnFactorials = new Float64Array(FACTORIALS);
for (let n = 1; n < FACTORIALS; n++) {
  lnFactorials[n] = (lnFactorials[n - 1] as number) + Math.log(n);
}

function lnFactorial(n: number): number {
  if (n < FACTORIALS) return lnFactorials[n] as number;
  return (n + 0.5) * Math.log(n) - n + 0.9189385332046727 + 1 / (12 * n) - 1 / (360 * n ** 3);
}

/** A count of independent events with this mean. */
export function drawPoisson(random: Random, mean: number): number {
  if (mean <= 0) return 0;
  return mean < SMALL_MEAN ? poissonBySearch(random, mean) : poissonByRejection(random, mean);
}

function poissonBySearch(random: Random, mean: number): number {
  let left = random();
  let chance = Math.exp(-mean);
  let count = 0;
  while (left > chance && count < 1000) {
    left -= chance;
    count++;
    chance *= mean / count;
  }
  return count;
}

/** Hörmann's transformed rejection (PTRS). */
function poissonByRejection(random: Random, mean: number): number {
  const lnMean = Math.log(mean);
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const lnAlpha = Math.log(1.1239 + 1.1328 / (b - 3.4));
  const quick = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = random() - 0.5;
    const v = random();
    const edge = 0.5 - Math.abs(u);
    const count = Math.floor(((2 * a) / edge + b) * u + mean + 0.43);
    if (edge >= 0.07 && v <= quick) return count;
    if (count < 0 || (edge < 0.013 && v > edge)) continue;
    const bar = count * lnMean - mean - lnFactorial(count);
    if (Math.log(v) + lnAlpha - Math.log(a / (edge * edge) + b) <= bar) return count;
  }
}

/** Successes among independent trials. */
export function drawBinomial(random: Random, trials: number, chance: number): number {
  if (trials <= 0 || chance <= 0) return 0;
  if (chance > 0.5) return trials - drawBinomial(random, trials, 1 - chance);
  return trials * chance < SMALL_MEAN
    ? binomialBySearch(random, trials, chance)
    : binomialByRejection(random, trials, chance);
}

function binomialBySearch(random: Random, trials: number, p: number): number {
  const odds = p / (1 - p);
  let left = random();
  let chance = Math.exp(trials * Math.log1p(-p));
  let count = 0;
  while (left > chance && count < trials) {
    left -= chance;
    count++;
    chance *= ((trials - count + 1) / count) * odds;
  }
  return count;
}

/** Hörmann's transformed rejection (BTRS). */
function binomialByRejection(random: Random, trials: number, p: number): number {
  const spread = Math.sqrt(trials * p * (1 - p));
  const b = 1.15 + 2.53 * spread;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const alpha = (2.83 + 5.1 / b) * spread;
  const quick = 0.92 - 4.2 / b;
  const lnOdds = Math.log(p / (1 - p));
  const mode = Math.floor((trials + 1) * p);
  const atMode = lnFactorial(mode) + lnFactorial(trials - mode);
  for (;;) {
    const u = random() - 0.5;
    const v = random();
    const edge = 0.5 - Math.abs(u);
    const count = Math.floor(((2 * a) / edge + b) * u + trials * p + 0.5);
    if (count < 0 || count > trials) continue;
    if (edge >= 0.07 && v <= quick) return count;
    const bar = atMode - lnFactorial(count) - lnFactorial(trials - count) + (count - mode) * lnOdds;
    if (Math.log((v * alpha) / (a / (edge * edge) + b)) <= bar) return count;
  }
}

export function drawNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Gamma of shape below or above 1 and scale 1 (Marsaglia and Tsang). */
export function drawGamma(random: Random, shape: number): number {
  if (shape < 1) return drawGamma(random, shape + 1) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = drawNormal(random);
    const v = (1 + c * x) ** 3;
    if (v <= 0) continue;
    if (Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Looks until the first event of somebody who has `rate` events a look: 1 is the next look. */
export function drawFirstLook(random: Random, rate: number): number {
  return Math.ceil(-Math.log(1 - random()) / rate);
}
