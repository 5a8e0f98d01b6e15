import { effectGrid } from './effect-grid.js';
import { lnMixture, type SplitCounts } from './split.js';

const EFFECTS = effectGrid(0.005, 4, 10);
const RATIOS = EFFECTS.flatMap((effect) => [1 + effect, 1 / (1 + effect)]);

/** ln of the evidence that the arms are not the shares that were planned, either way. */
export function sampleRatioLnE(phases: readonly SplitCounts[]): number {
  return lnMixture(phases, 1, RATIOS);
}
