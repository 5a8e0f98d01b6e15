import { createRequire } from 'node:module';
import { COUNTRIES } from './shared.mjs';

const { EvaluationEngine } = createRequire(import.meta.url)('@amplitude/experiment-core');

const BUCKETS = 42_949_673;
const ALLOCATIONS = 100;

/** The engine evaluates a list of flags; an app asks with the one that it needs. */
export function amplitude({ rollout, rule }) {
  const half = (salt) => ({
    selector: ['context', 'user', 'user_id'],
    salt,
    allocations: [
      {
        range: [0, ALLOCATIONS / 2],
        distributions: [{ variant: 'on', range: [0, BUCKETS] }],
      },
    ],
  });
  const country = { selector: ['context', 'user', 'country'], op: 'is', values: COUNTRIES };
  const flag = (key, conditions) => [
    key,
    [
      {
        key,
        variants: { on: { key: 'on', value: 'on' }, off: { key: 'off' } },
        segments: [{ ...conditions, bucket: half(key) }, { variant: 'off' }],
      },
    ],
  ];
  const engine = new EvaluationEngine();
  const flags = new Map([
    ...rollout.map((key) => flag(key, {})),
    ...rule.map((key) => flag(key, { conditions: [[country]] })),
  ]);
  return {
    name: '@amplitude/experiment-core',
    context: ({ id, country: code }) => ({ user: { user_id: id, country: code } }),
    isActive: (key, context) => engine.evaluate(context, flags.get(key))[key]?.key === 'on',
  };
}
