import { formatDuration, formatNumber } from '@sluice/server/domain/format';
import type { StepPower } from '../../api/types.js';

const HOUR_MS = 3_600_000;

/** What a step can detect with the recent traffic; undefined when that is unknown. */
export function describePower(power: StepPower | undefined): string | undefined {
  if (power === undefined || power.ruledOut.length === 0) {
    return undefined;
  }
  const { unitsPerHour, ruledOut } = power;
  if (unitsPerHour === 0) {
    return 'No traffic in the last day to tell what this step can rule out.';
  }
  const can = ruledOut
    .filter(({ hours }) => hours !== null)
    .map(
      ({ metric, percent, hours }) =>
        `${metric} +${formatNumber(percent)} % in ${formatDuration((hours ?? 0) * HOUR_MS)}`,
    );
  const cannot = ruledOut.filter(({ hours }) => hours === null).map(({ metric }) => metric);
  const parts = [
    can.length > 0 ? `this step can rule out ${can.join(', ')}` : '',
    cannot.length > 0 ? `it cannot tell for ${cannot.join(', ')}` : '',
  ].filter(Boolean);
  const people = `${formatNumber(unitsPerHour)} people an hour with the feature`;
  return `At your traffic (${people}) ${parts.join('; ')}.`;
}
