import { findCrossing } from './find-crossing.js';
import { sampleRatioLnE } from './sample-ratio.js';

/**
 * Ranks, as shares of `count`, between which a quantile surely lies at evidence `1 / alpha`. For
 * display: it holds for independent requests only, so no gate rests on it.
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
