import type { SplitChoice } from './hash/bucketing-hash.js';
import { isRecord } from './json.js';
import { WEIGHT_MAX } from './limits.js';
import { pointerTo, type Report, show } from './problem.js';
import type { Drawing } from './rollout.js';

export interface ParsedSplit {
  /** In code-unit order, which is the order of the cumulative weights. */
  readonly variants: readonly string[];
  readonly weights: readonly number[];
}

/** Returns nothing when the rule must not apply. */
export function parseSplit(
  split: unknown,
  isVariant: (name: string) => boolean,
  report: Report,
): ParsedSplit | undefined {
  if (!isRecord(split)) {
    report('', `split must be an object of weights, got ${show(split)}`);
    return undefined;
  }
  const variants = Object.keys(split).sort();
  if (variants.length === 0) report('', 'split must name at least one variant');
  let isUsable = variants.length > 0;
  for (const variant of variants) {
    const complaint = complaintAbout(variant, split[variant], isVariant);
    if (complaint === undefined) continue;
    report(pointerTo('', variant), complaint);
    isUsable = false;
  }
  return isUsable ? { variants, weights: variants.map((name) => Number(split[name])) } : undefined;
}

export function splitChoice(split: ParsedSplit, drawing: Drawing): SplitChoice {
  return drawing.hash.split(drawing.seed, split.weights);
}

function complaintAbout(variant: string, weight: unknown, isVariant: (name: string) => boolean) {
  if (!isVariant(variant)) return `split names the unknown variant ${show(variant)}`;
  const isWeight = Number.isInteger(weight) && Number(weight) >= 1 && Number(weight) <= WEIGHT_MAX;
  if (isWeight) return undefined;
  const expected = `a whole number from 1 to ${WEIGHT_MAX}`;
  return `weight of ${show(variant)} must be ${expected}, got ${show(weight)}`;
}
