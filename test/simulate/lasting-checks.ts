import { alarms, comparison, harmlessRamps, naiveWatcher } from './false-alarms.js';
import {
  eventsOfLasting,
  firstEventsOfEnrolled,
  firstEventsOfLasting,
  latencies,
} from './lasting-people.js';
import {
  percent,
  type Row,
  rampsOf,
  randomFor,
  type Session,
  shareOf,
  wasStopped,
} from './tally.js';

const LASTING = { people: 5000, rate: 0.005 };

/** The same people all the time, some of whom always fail. */
export function checkChronic(session: Session): readonly Row[] {
  const random = randomFor(session, 'P4');
  const { results } = harmlessRamps(session, {
    count: rampsOf(session, 1000),
    world: () => firstEventsOfLasting({ random, ...LASTING }),
  });
  return [alarms(results, '0.5 %, 0.15 %', 'P4 chronic people, split test')];
}

export function checkChronicEvents(session: Session): readonly Row[] {
  const random = randomFor(session, 'P4 events');
  const { results, seen } = harmlessRamps(session, {
    count: rampsOf(session, 400),
    shape: { gates: [{ metric: 'http.error-rate', action: 'rollback' }] },
    world: () => eventsOfLasting({ random, ...LASTING }),
    watch: () => naiveWatcher(0.005, 'http.error-rate'),
  });
  const naive = seen.filter(({ stratified }) => stratified).length / seen.length;
  return [
    alarms(results, '0.05 %, 0 %', 'P4 chronic people, bucketed test'),
    comparison('P4 z of single events at every look', results.length, percent(naive)),
  ];
}

/** A harness that cannot see a wrong rule of counting proves nothing. */
export function checkWrongCounting(session: Session): readonly Row[] {
  const random = randomFor(session, 'P15');
  const { results } = harmlessRamps(session, {
    count: rampsOf(session, 100),
    world: () => firstEventsOfEnrolled({ random, people: 20_000, rate: 0.005 }),
  });
  const stopped = shareOf(results, wasStopped);
  return [
    {
      ...{ check: 'P15 people counted once per enrolment: must fail', ramps: results.length },
      ...{ must: '> 90 %', measured: percent(stopped), reference: '100 %', isMet: stopped > 0.9 },
    },
  ];
}

const SPREADS = [
  { name: 'moderate', spreadOfPeople: 0.5, spreadOfRequests: 0.8 },
  { name: 'strong', spreadOfPeople: 1, spreadOfRequests: 0.5 },
  { name: 'heavy tail', spreadOfPeople: 0.5, spreadOfRequests: 1.5 },
] as const;
const SHAPE = { percents: [5, 25, 50], looks: 20 };

/** One check each, so that cores share them. */
export const LATENCY_CHECKS = SPREADS.flatMap(({ name, ...spread }) =>
  (['mean', 'slow'] as const).map((metric) => (session: Session): readonly Row[] => {
    const random = randomFor(session, `P5 ${name} ${metric}`);
    const { results } = harmlessRamps(session, {
      count: rampsOf(session, 400),
      shape: { ...SHAPE, gates: [{ metric, action: 'rollback' }] },
      looks: 60,
      world: () => latencies({ random, people: 4000, requests: 500, ...spread }),
    });
    const what = metric === 'mean' ? 'mean' : 'slow share';
    return [alarms(results, 'under 1 %', `P5 latency, people of ${name} spread, ${what}`)];
  }),
);
