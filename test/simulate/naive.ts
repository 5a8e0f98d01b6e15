import type { Phase } from './ramp.js';

/** What others do at every look; here to show that the harness would notice a bad test. */
export const Z_ONE_SIDED = 1.6449;
const Z_OF_THOUSANDTH = 3.2905;

interface Table {
  x: number;
  n: number;
  ofAll: number;
  people: number;
}

function tableOf({ metrics, units }: Phase, metric: string): Table {
  const { firsts, buckets } = metrics[metric] ?? {};
  if (buckets) {
    const [x, n] = [sum(buckets.treatment.s), sum(buckets.treatment.n)];
    return { x, n, ofAll: x + sum(buckets.control.s), people: n + sum(buckets.control.n) };
  }
  const x = firsts?.treatment ?? 0;
  const people = units.treatment + units.control;
  return { x, n: units.treatment, ofAll: x + (firsts?.control ?? 0), people };
}

/** One-sided z of the treated rate, phases added up: wrong as soon as shares change. */
export function pooledZ(phases: readonly Phase[], metric = 'http.errors'): number {
  const pooled = { x: 0, n: 0, ofAll: 0, people: 0 };
  for (const phase of phases) {
    const { x, n, ofAll, people } = tableOf(phase, metric);
    pooled.x += x;
    pooled.n += n;
    pooled.ofAll += ofAll;
    pooled.people += people;
  }
  return zOf([pooled]);
}

/** The same inside each phase (Mantel and Haenszel): right at one look, wrong at every look. */
export function stratifiedZ(phases: readonly Phase[], metric = 'http.errors'): number {
  return zOf(phases.map((phase) => tableOf(phase, metric)));
}

function zOf(tables: readonly Table[]): number {
  let excess = 0;
  let variance = 0;
  for (const { x, n, ofAll, people } of tables) {
    if (people < 2) continue;
    excess += x - (n * ofAll) / people;
    variance += (n * (people - n) * ofAll * (people - ofAll)) / (people * people * (people - 1));
  }
  return variance > 0 ? excess / Math.sqrt(variance) : 0;
}

/** Chi-square test of the sample ratio at p < 0.001. */
export function hasSampleRatioAlarm(phases: readonly Phase[]): boolean {
  let excess = 0;
  let variance = 0;
  for (const { firstUnits, share } of phases) {
    const people = firstUnits.treatment + firstUnits.control;
    excess += firstUnits.treatment - people * share;
    variance += people * share * (1 - share);
  }
  return variance > 0 && Math.abs(excess) / Math.sqrt(variance) > Z_OF_THOUSANDTH;
}

/** A fixed threshold: the treated rate of one look above a limit, so many looks in all. */
export class ThresholdCheck {
  #failed = 0;
  #before = { x: 0, n: 0 };

  constructor(
    private readonly limit: number,
    private readonly failuresAllowed: number,
  ) {}

  look(phases: readonly Phase[], metric = 'http.errors'): boolean {
    const now = { x: 0, n: 0 };
    for (const phase of phases) {
      const { x, n } = tableOf(phase, metric);
      now.x += x;
      now.n += n;
    }
    this.add(now.x - this.#before.x, now.n - this.#before.n);
    this.#before = now;
    return this.hasFired;
  }

  add(x: number, n: number): void {
    if (n > 0 && x / n > this.limit) this.#failed++;
  }

  get hasFired(): boolean {
    return this.#failed >= this.failuresAllowed;
  }
}

function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
