/** Positions on the bars of the evidence, as percentages from the left. */

const LN_E_SHOWN_MAX = Math.log(1000);
/** The axis shows ratios from 1/4 to 4. */
const RATIO_SHOWN_MAX = 4;

/** Evidence below 1 supports "no harm" and is drawn at 0 %. */
export function evidencePlace(lnE: number): number {
  return (clamp(lnE, 0, LN_E_SHOWN_MAX) / LN_E_SHOWN_MAX) * 100;
}

export const EVIDENCE_LINES = [
  { e: 2, label: 'holds' },
  { e: 20, label: 'pauses' },
  { e: 100, label: 'rolls back' },
].map((line) => ({ ...line, place: evidencePlace(Math.log(line.e)) }));

/** A relative effect on a logarithmic axis: −75 % left, 0 in the middle, +300 % right. */
export function effectPlace(effect: number): number {
  const ratio = Math.max(1e-9, 1 + effect);
  const place = Math.log(ratio) / Math.log(RATIO_SHOWN_MAX);
  return 50 + clamp(place, -1, 1) * 50;
}

/** The range of effects that are still possible. An unbounded side extends to the edge. */
export function effectStretch(
  lower: number | null,
  upper: number | null,
): { readonly from: number; readonly to: number } {
  return {
    from: lower === null ? 0 : effectPlace(lower),
    to: upper === null ? 100 : effectPlace(upper),
  };
}

function clamp(value: number, from: number, to: number): number {
  return Math.min(to, Math.max(from, value));
}
