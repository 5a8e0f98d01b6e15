import { effectGrid } from './effect-grid.js';
import { logMeanExp } from './log-mean-exp.js';
import { lnLikelihoodRatio, type SplitCounts } from './split.js';

const EFFECTS = effectGrid(0.005, 4, 10);
const RATIOS = EFFECTS.flatMap((effect) => [1 + effect, 1 / (1 + effect)]);

/** ln of the evidence that the arms are not the shares that were planned, either way. */
export function sampleRatioLnE(phases: readonly SplitCounts[]): number {
  return logMeanExp(RATIOS.map((ratio) => lnLikelihoodRatio(phases, 1, ratio)));
}
