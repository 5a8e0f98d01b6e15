import { freshPeople } from './fresh-people.js';
import { LOOKS } from './false-alarms.js';
import { type RampResult, runRamp } from './ramp.js';
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
  wasStopped,
} from './tally.js';

interface Target {
  readonly ratio: number;
  readonly reference: string;
  readonly must?: string;
  readonly isMet?: (ramps: Detected) => boolean;
}

interface Detected {
  readonly stopped: number;
  readonly rolledBack: number;
  readonly medianTreated: number;
}

export const TARGETS: readonly Target[] = [
  { ratio: 1.1, reference: '34 %, 16 %; –' },
  { ratio: 1.25, reference: '17,662 (31,571); 26,086' },
  { ratio: 1.5, reference: '4,130 (7,662); 6,066' },
  {
    ...{ ratio: 2, reference: '1,120 (2,085); 1,696', must: 'median ≤ 1,250' },
    isMet: ({ medianTreated }) => medianTreated <= 1250,
  },
  {
    ...{ ratio: 3, reference: '346 (624); 484', must: '≥ 99 % stopped' },
    isMet: ({ stopped }) => stopped >= 0.99,
  },
  { ratio: 5, reference: '123 (216); 170' },
  { ratio: 10, reference: '45 (77); 60' },
];

function harmfulRamps(
  session: Session,
  name: string,
  ratio: (step: number) => number,
  full: number,
): readonly RampResult[] {
  const random = randomFor(session, name);
  const plan = planOf(session.engine, {});
  return Array.from({ length: rampsOf(session, full) }, () => {
    const world = freshPeople({ random, people: 2000, base: () => 0.01, ratio });
    return runRamp(session.engine, { plan, metrics: METRICS, looksMax: LOOKS }, world);
  });
}

export function checkDetection(session: Session, targets = TARGETS): readonly Row[] {
  return targets.map(({ ratio, reference, must = '–', isMet }) => {
    const ramps = harmfulRamps(session, `P8 ${ratio}`, () => ratio, ratio < 1.5 ? 400 : 1000);
    const treated = ramps.map(({ stopped }) => stopped?.treated ?? Infinity);
    const [stopped, rolledBack] = [shareOf(ramps, wasStopped), shareOf(ramps, wasRolledBack)];
    const detected = { stopped, rolledBack, medianTreated: quantile(treated, 0.5) };
    const people = [0.5, 0.8].map((share) => inPeople(quantile(treated, share)));
    const last = ramps.map(({ rolledBack: end }) => end?.treated ?? Infinity);
    const shares = `stopped ${percent(stopped)}, rolled back ${percent(rolledBack)}`;
    return {
      check: `P8 ${ratio}x errors: treated people to pause (80 %); to roll back`,
      ramps: ramps.length,
      must,
      measured: `${people[0]} (${people[1]}); ${inPeople(quantile(last, 0.5))}; ${shares}`,
      reference,
      isMet: isMet?.(detected) ?? null,
    };
  });
}

function inPeople(count: number): string {
  return Number.isFinite(count) ? count.toLocaleString('en-US') : '–';
}

/** Harm that only the last compared step has. */
export function checkLateOnset(session: Session): readonly Row[] {
  const ramps = harmfulRamps(session, 'P9', (step) => (step === 3 ? 1.5 : 1), 400);
  const look = quantile(
    ramps.map(({ stopped }) => stopped?.look ?? Infinity),
    0.5,
  );
  return [
    {
      check: 'P9 1.5x at the 50 % step alone (from look 181): median look of the pause',
      ramps: ramps.length,
      ...{ must: '≤ 205', measured: String(look), reference: '195', isMet: look <= 205 },
    },
  ];
}

/** At a true +30 %, how often a bound is ever wrong. */
export function checkBounds(session: Session): readonly Row[] {
  const random = randomFor(session, 'P13');
  const gates = [{ metric: 'http.errors', action: 'watch' } as const];
  const plan = planOf(session.engine, { gates });
  const missed = { lower: 0, upper: 0 };
  const ramps = rampsOf(session, 400);
  for (let ramp = 0; ramp < ramps; ramp++) {
    const seen = { lower: false, upper: false };
    const world = freshPeople({ random, people: 2000, base: () => 0.01, ratio: () => 1.3 });
    const options = { plan, metrics: METRICS, looksMax: LOOKS };
    const onLook: Parameters<typeof runRamp>[1]['onLook'] = (_phases, { gates: [gate] }) => {
      seen.lower ||= (gate?.effect.lower ?? -1) > 0.3;
      seen.upper ||= (gate?.effect.upper ?? Infinity) < 0.3;
    };
    runRamp(session.engine, { ...options, onLook }, world);
    if (seen.lower) missed.lower++;
    if (seen.upper) missed.upper++;
  }
  const [lower, upper] = [missed.lower / ramps, missed.upper / ramps];
  return [
    {
      ...{ check: 'P13 bounds at a true +30 %: lower ever above, upper ever below', ramps },
      ...{ must: '≤ 5 % each', measured: `${percent(lower)}, ${percent(upper)}` },
      ...{ reference: '1.6 %, 4.2 %', isMet: lower <= 0.05 && upper <= 0.05 },
    },
  ];
}

/** Treated people who are lost before they are counted, 5 % of them. */
export function checkLoss(session: Session): readonly Row[] {
  const random = randomFor(session, 'P7 loss');
  const plan = planOf(session.engine, { percents: [50] });
  const ramps = rampsOf(session, 100);
  const people = Array.from({ length: ramps }, () => {
    const world = freshPeople({ random, people: 500, base: () => 0.01, lost: 0.05 });
    let counted = Infinity;
    const onLook: Parameters<typeof runRamp>[1]['onLook'] = ([phase], { sampleRatio }) => {
      if (sampleRatio.lnEMax < Math.log(100) || counted !== Infinity || !phase) return;
      counted = phase.firstUnits.treatment + phase.firstUnits.control;
    };
    runRamp(session.engine, { plan, metrics: METRICS, looksMax: LOOKS, onLook }, world);
    return counted;
  });
  const median = quantile(people, 0.5);
  return [
    {
      ...{ check: 'P7 5 % of treated people lost at half: people to e ≥ 100', ramps },
      ...{ must: '≤ 26,000', measured: inPeople(median), reference: '20,500' },
      isMet: median <= 26_000,
    },
  ];
}
