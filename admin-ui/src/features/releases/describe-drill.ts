import type { DrillOutcome } from '../../api/release-types.js';
import { formatSpan } from './release-words.js';

/** Whether it would stop, how, and how fast. */
export function describeDrill({ stops, action, afterSeconds, sentence }: DrillOutcome): string {
  if (!stops) {
    return `It would not stop. ${sentence}`.trim();
  }
  const how = action === 'pause' ? 'pause' : 'roll back';
  const when = afterSeconds === null ? '' : ` within ${formatSpan(afterSeconds * 1000)}`;
  return `It would ${how}${when}. ${sentence}`.trim();
}
