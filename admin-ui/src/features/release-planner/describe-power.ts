import type { StepPower } from '../../api/release-types.js';
import { formatNumber, formatShare, formatSpan } from '../releases/release-words.js';

const HOUR_MS = 3_600_000;

/** What a step can find out at the traffic of late; undefined: nothing is known of it. */
export function describePower(power: StepPower | undefined): string | undefined {
  if (power === undefined) {
    return undefined;
  }
  const { unitsPerHour, ruledOut } = power;
  if (unitsPerHour === null || unitsPerHour === 0) {
    return 'No traffic of late to tell what this step can rule out.';
  }
  const people = `At your traffic (${formatNumber(unitsPerHour)} people an hour here)`;
  if (ruledOut.length === 0) {
    return `${people} nothing is compared in this step.`;
  }
  const can = ruledOut
    .filter(({ percent }) => percent !== null)
    .map(({ metric, percent, hours }) => {
      const within = hours === null ? '' : ` in ${formatSpan(hours * HOUR_MS)}`;
      return `${metric} worse than +${formatShare((percent ?? 0) / 100)}${within}`;
    });
  const cannot = ruledOut.filter(({ percent }) => percent === null).map(({ metric }) => metric);
  const parts = [
    can.length > 0 ? `it can rule out ${can.join(', ')}` : '',
    cannot.length > 0 ? `cannot tell for ${cannot.join(', ')} within its bake` : '',
  ].filter(Boolean);
  return `${people} ${parts.join('; ')}.`;
}
