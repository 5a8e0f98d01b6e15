import type { DrillOutcome } from '../../api/release-types.js';
import { formatNumber, formatSpan } from './release-words.js';

/** Whether it would stop, how, and how fast. */
export function describeDrill(outcome: DrillOutcome): string {
  const { stops, action, afterSeconds, people, sentence } = outcome;
  if (!stops) {
    return `It would not stop. ${sentence}`.trim();
  }
  const how = action === 'pause' ? 'pause' : 'roll back';
  const when = afterSeconds === null ? '' : ` within ${formatSpan(afterSeconds * 1000)}`;
  const who = people === null ? '' : `, after ${formatNumber(people)} people with the feature`;
  return `It would ${how}${when}${who}. ${sentence}`.trim();
}
