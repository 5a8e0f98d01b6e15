import { findCrossing } from './find-crossing.js';
import { sampleRatioLnE } from './sample-ratio.js';

/**
 * Ranks, as shares of `count`, that bound a quantile at evidence `1 / alpha`. For display only: the
 * bounds hold for independent requests, so no gate uses them.
 */
export function quantileBand(
  count: number,
  quantile: number,
  alpha: number,
): { readonly lower: number; readonly upper: number } {
  const line = -Math.log(alpha);
  const excess = (rank: number) =>
    sampleRatioLnE([{ share: quantile, treatment: rank, control: count - rank }]) - line;
  const middle = quantile * count;
  const lower = findCrossing(excess, { from: 0, to: middle }) ?? 0;
  const upper = findCrossing(excess, { from: middle, to: count }) ?? count;
  return { lower: Math.ceil(lower) / count, upper: Math.floor(upper) / count };
}
