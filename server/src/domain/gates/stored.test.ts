import { expect, it } from 'vitest';
import { completePlan } from '../releases/complete-plan.js';
import { BUILT_IN_METRICS } from '../metrics/built-in-metrics.js';
import { evaluateGates } from './evaluate-gates.js';
import { pinGates, noLatches } from './pin-gates.js';
import {
  readGatesAndLatches,
  readLatches,
  readPinnedGates,
  readTotals,
  withSegment,
} from './stored.js';
import type { ReleaseTotals } from './totals.js';

const definitions = Object.fromEntries(
  BUILT_IN_METRICS.map(({ key, definition }) => [key, definition]),
);
const plan = completePlan({ gates: [{ metric: 'http.errors', action: 'rollback' }] });
const pinned = pinGates(plan, definitions, 2);
const latches = noLatches(2);
const none = { treatment: 0, control: 0 };
const phase = { phase: 3, round: 2, step: 0, share: 0.01, units: none, firstUnits: none };
const totals: ReleaseTotals = {
  sample: 1,
  phases: [{ ...phase, unitsInBothArms: 0, exposures: none, metrics: {} }],
};
const evaluation = evaluateGates(totals, pinned, latches, { step: 0 });

/** Rows of versions that called a round a segment and pinned gates frozen. */
const asBefore = <T>(value: T): T =>
  JSON.parse(
    JSON.stringify(value).replaceAll('"round":', '"segment":').replaceAll('"pinned":', '"frozen":'),
  );

it.each([
  ['gates', readPinnedGates, pinned],
  ['latches', readLatches, latches],
  ['an evaluation', readGatesAndLatches, evaluation],
  ['totals', readTotals, totals],
] as const)('reads %s of an earlier version, and those of today unchanged', (_, read, today) => {
  const readAny = read as (stored: unknown) => unknown;
  expect(JSON.stringify(asBefore(today))).toContain('"segment":2');
  expect(readAny(asBefore(today))).toEqual(today);
  expect(readAny(today)).toEqual(today);
});

it('writes rows that earlier versions can read', () => {
  expect(withSegment(latches)).toEqual(asBefore(latches));
  expect(readLatches(withSegment(latches) as never)).toEqual(latches);
});
