import { findCrossing } from './find-crossing.js';
import { logMeanExp } from './log-mean-exp.js';
import { SPLIT_EFFECTS } from './split.js';

const SHARE_MAX = 0.999;
const SHARE_MIN = 1e-9;

export interface BadOfTotal {
  readonly bad: number;
  readonly total: number;
}

/** E3: ln of the evidence that the bad share is above `limit`. */
export function oneSampleLnE(counts: BadOfTotal, limit: number): number {
  return lnMixture(
    counts,
    limit,
    SPLIT_EFFECTS.map((effect) => Math.min(SHARE_MAX, limit * (1 + effect))),
  );
}

/** ln of the evidence that the bad share is below `limit`. */
export function oneSampleLnEBelow(counts: BadOfTotal, limit: number): number {
  return lnMixture(
    counts,
    limit,
    SPLIT_EFFECTS.map((effect) => limit / (1 + effect)),
  );
}

/** Upper bound of the bad share at evidence `1 / alpha`; 1 means that nothing is ruled out. */
export function oneSampleUpper({ bad, total }: BadOfTotal, alpha: number): number {
  if (total <= 0 || bad >= total) return 1;
  const line = -Math.log(alpha);
  const range = {
    from: Math.log(Math.max(SHARE_MIN, bad / total)),
    to: Math.log(SHARE_MAX),
    guess: Math.log(Math.min(1, (bad + 3.5 + 2.5 * Math.sqrt(bad)) / total)),
  };
  const at = findCrossing(
    (lnShare) => oneSampleLnEBelow({ bad, total }, Math.exp(lnShare)) - line,
    range,
  );
  return at === null ? 1 : Math.exp(at);
}

function lnMixture({ bad, total }: BadOfTotal, nullShare: number, shares: readonly number[]) {
  const atNull = bad * Math.log(nullShare) + (total - bad) * Math.log1p(-nullShare);
  return logMeanExp(
    shares.map((share) => bad * Math.log(share) + (total - bad) * Math.log1p(-share) - atNull),
  );
}
