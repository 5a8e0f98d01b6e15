import type { PlanInput } from './plan-input.js';

export interface PlanTemplate {
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly plan: PlanInput;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Failures roll a release back, slow requests pause it. */
const GATES = [
  { metric: 'http.errors', action: 'rollback' },
  { metric: 'http.error-rate', action: 'rollback' },
  { metric: 'http.crash', action: 'rollback' },
  { metric: 'http.latency', action: 'pause' },
] as const;

/** Built-in templates of every project. Steps wait for evidence; the times are minima. */
export const PLAN_TEMPLATES: readonly PlanTemplate[] = [
  {
    key: 'careful',
    name: 'Careful',
    description: 'Eight steps over at least three days, with an approval before half.',
    plan: {
      steps: [
        { percent: 0.1, minBakeSeconds: HOUR },
        { percent: 1, minBakeSeconds: 2 * HOUR },
        { percent: 2, minBakeSeconds: 4 * HOUR },
        { percent: 5, minBakeSeconds: 6 * HOUR },
        { percent: 10, minBakeSeconds: 12 * HOUR },
        { percent: 25, minBakeSeconds: DAY, approval: true },
        { percent: 50, minBakeSeconds: DAY },
        { percent: 100 },
      ],
      gates: [...GATES],
      finalBakeSeconds: 2 * DAY,
    },
  },
  {
    key: 'standard',
    name: 'Standard',
    description: '1, 5, 25, 50 and 100 %, each step earned, in a day or a little more.',
    plan: {
      steps: [
        { percent: 1, minBakeSeconds: 30 * MINUTE },
        { percent: 5, minBakeSeconds: HOUR },
        { percent: 25, minBakeSeconds: 4 * HOUR },
        { percent: 50, minBakeSeconds: 12 * HOUR },
        { percent: 100 },
      ],
      gates: [...GATES],
      finalBakeSeconds: DAY,
    },
  },
  {
    key: 'fast',
    name: 'Fast',
    description: '5, 25, 50 and 100 % within the hour where traffic allows; still earned.',
    plan: {
      steps: [
        { percent: 5, minBakeSeconds: 5 * MINUTE },
        { percent: 25, minBakeSeconds: 10 * MINUTE },
        { percent: 50, minBakeSeconds: 15 * MINUTE },
        { percent: 100 },
      ],
      gates: [...GATES],
      finalBakeSeconds: 30 * MINUTE,
    },
  },
  {
    key: 'internal-first',
    name: 'Internal first',
    description: 'Everybody of the segment "internal" first, on time alone; then as standard.',
    plan: {
      steps: [
        {
          ...{ percent: 100, audience: 'internal', minBakeSeconds: DAY, minUnits: 1 },
          ...{ advance: 'guard', approval: true },
        },
        { percent: 1, minBakeSeconds: 30 * MINUTE },
        { percent: 5, minBakeSeconds: HOUR },
        { percent: 25, minBakeSeconds: 4 * HOUR },
        { percent: 50, minBakeSeconds: 12 * HOUR },
        { percent: 100 },
      ],
      gates: [...GATES],
      finalBakeSeconds: DAY,
    },
  },
];
