import { checkBounds, checkDetection, checkLateOnset, checkLoss, TARGETS } from './detection.js';
import { checkEarned } from './earned.js';
import {
  checkDrift,
  checkHarmless,
  checkLimit,
  checkRare,
  checkTenMetrics,
} from './false-alarms.js';
import {
  checkChronic,
  checkChronicEvents,
  checkWrongCounting,
  LATENCY_CHECKS,
} from './lasting-checks.js';
import type { Row, Session } from './tally.js';

/** Everything the table holds, in its order. */
export const CHECKS: readonly ((session: Session) => readonly Row[])[] = [
  checkHarmless,
  checkDrift,
  checkRare,
  checkChronic,
  checkChronicEvents,
  checkWrongCounting,
  ...LATENCY_CHECKS,
  checkTenMetrics,
  checkLimit,
  checkBounds,
  ...TARGETS.map((target) => (session: Session) => checkDetection(session, [target])),
  checkLateOnset,
  checkLoss,
  checkEarned,
];

export function asMarkdown(rows: readonly Row[]): string {
  const lines = rows.map(({ check, ramps, must, measured, reference, isMet }) => {
    const verdict = isMet === null ? '' : isMet ? 'yes' : '**no**';
    const cells = [check, ramps.toLocaleString('en-US'), must, measured, verdict, reference || '–'];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| check | ramps | must | measured | met | reference |',
    '|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}
