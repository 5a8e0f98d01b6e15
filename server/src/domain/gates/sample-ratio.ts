import { effectGrid } from './effect-grid.js';
import { lnMixture, type SplitCounts } from './split.js';

const EFFECTS = effectGrid(0.005, 4, 10);
const RATIOS = EFFECTS.flatMap((effect) => [1 + effect, 1 / (1 + effect)]);

/** ln of the evidence that the shares of the arms differ from the plan, in either direction. */
export function sampleRatioLnE(phases: readonly SplitCounts[]): number {
  return lnMixture(phases, 1, RATIOS);
}
