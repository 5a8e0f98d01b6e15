import type { GateInput } from '../../server/src/domain/releases/plan-input.js';
import { addPeople, freshPeople } from './fresh-people.js';
import { type RampResult, runRamp, type World } from './ramp.js';
import {
  METRICS,
  percent,
  planOf,
  quantile,
  type Row,
  rampsOf,
  randomFor,
  type Session,
  shareOf,
  wasRolledBack,
} from './tally.js';

const LOOKS_MAX = 5000;
const GATES: readonly GateInput[] = [{ metric: 'http.errors', action: 'rollback', floor: 0.005 }];

/** Whole releases whose steps have to be earned, until they are over or patience ends. */
function earnedRamps(session: Session, count: number, world: () => World, looksMax = LOOKS_MAX) {
  const plan = planOf(session.engine, { gates: GATES, looks: 10, advance: 'earned' });
  const options = { plan, metrics: METRICS, looksMax };
  return Array.from({ length: count }, () => runRamp(session.engine, options, world()));
}

const isComplete = ({ isComplete: is }: RampResult) => is;

export function checkEarned(session: Session): readonly Row[] {
  return [
    ...[0.01, 1e-5].map((base) => healthy(session, base)),
    ...[2, 3, 10].map((ratio) => harmful(session, ratio)),
    silent(session),
  ];
}

function healthy(session: Session, base: number): Row {
  const random = randomFor(session, `earned ${base}`);
  const people = 2000;
  const world = () => freshPeople({ random, people, base: () => base });
  const ramps = earnedRamps(session, rampsOf(session, 200), world);
  const complete = shareOf(ramps, isComplete);
  const looks = quantile(
    ramps.map(({ isComplete: is, looks: count }) => (is ? count : Infinity)),
    0.5,
  );
  return {
    check: `Earned steps, healthy at ${percent(base)} errors: reach 100 %; median looks`,
    ...{ ramps: ramps.length, must: '≥ 95 %', measured: `${percent(complete)}; ${looks}` },
    ...{ reference: '', isMet: complete >= 0.95 },
  };
}

function harmful(session: Session, ratio: number): Row {
  const random = randomFor(session, `harmful ${ratio}`);
  const world = () => freshPeople({ random, people: 2000, base: () => 0.01, ratio: () => ratio });
  const ramps = earnedRamps(session, rampsOf(session, 200), world);
  const [escaped, rolledBack] = [shareOf(ramps, isComplete), shareOf(ramps, wasRolledBack)];
  return {
    check: `Earned steps, ${ratio}x errors: reach 100 %; rolled back`,
    ...{ ramps: ramps.length, must: '≤ 1 %' },
    measured: `${percent(escaped)}; ${percent(rolledBack)}`,
    ...{ reference: '', isMet: escaped <= 0.01 },
  };
}

/** People come, and not one of them is heard of again. */
function silent(session: Session): Row {
  const world = (): World => ({
    begin() {},
    look: (phase) => addPeople(phase, 1, 99),
  });
  const ramps = earnedRamps(session, rampsOf(session, 40), world, 500);
  const moved = shareOf(ramps, ({ step }) => step > 0);
  return {
    ...{ check: 'Earned steps, nobody but a few to see: ever advance', ramps: ramps.length },
    ...{ must: '0 %', measured: percent(moved), reference: '', isMet: moved === 0 },
  };
}
