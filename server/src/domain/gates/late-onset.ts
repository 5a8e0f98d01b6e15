import { logSumExp } from './log-mean-exp.js';

const WEIGHT_OF_ALL = 0.8;

/**
 * Harm may begin at a later step only, so a fifth of the weight is spread over "it began at step
 * s". `lnEByStart` has one entry per start reached; the others of `planned` count as e = 1.
 */
export function lateOnsetLnE(lnEByStart: readonly number[], planned: number): number {
  const [all = 0, ...later] = lnEByStart;
  if (planned < 2) return all;
  const reached = later.slice(0, planned - 1);
  const waiting = Array.from({ length: planned - 1 - reached.length }, () => 0);
  const weight = Math.log((1 - WEIGHT_OF_ALL) / (planned - 1));
  return logSumExp([
    Math.log(WEIGHT_OF_ALL) + all,
    ...[...reached, ...waiting].map((lnE) => weight + lnE),
  ]);
}

/**
 * Returns the index of the first phase of every step reached, in order. Entering a step again is
 * not a new start.
 */
export function startsOf(phases: readonly { readonly step: number }[], planned: number): number[] {
  const seen = new Set<number>();
  const starts: number[] = [];
  phases.forEach(({ step }, index) => {
    if (seen.has(step)) return;
    seen.add(step);
    starts.push(index);
  });
  return starts.slice(0, Math.max(1, planned));
}
