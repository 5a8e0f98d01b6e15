import { expect, test } from 'vitest';
import { compile } from './compile.js';
import { evaluate, isActive } from './evaluate.js';
import type { Flag, Ruleset } from './ruleset.js';

const flag: Flag = {
  type: 'boolean',
  seed: 'awesome',
  variants: { on: true, off: false },
  offVariant: 'off',
  onVariant: 'on',
  status: 'conditional',
  rules: [
    {
      id: 'ramp',
      when: { attribute: 'country', operator: 'in', values: ['NL', 'DE'] },
      rollout: { to: 38.371 },
      serve: { variant: 'on' },
    },
  ],
};

function rulesetOf(flags: Record<string, Flag>): Ruleset {
  return {
    schema: 1,
    project: 'default',
    environment: 'production',
    epoch: 'epoch-1',
    revision: 42,
    at: 1_795_248_000_000,
    flags,
    segments: {},
  };
}

test('a rollout includes the buckets below its end and no other', () => {
  const below = compile(rulesetOf({ awesome: flag }));
  const rule = { ...flag.rules![0]!, rollout: { to: 38.372 } };
  const beyond = compile(rulesetOf({ awesome: { ...flag, rules: [rule] } }));
  const context = { targetingKey: 'user-1', country: 'NL' };
  expect(isActive(below, 'awesome', context)).toBe(false);
  expect(isActive(beyond, 'awesome', context)).toBe(true);
  expect(evaluate(beyond, 'awesome', false, context)).toEqual({
    value: true,
    variant: 'on',
    reason: 'SPLIT',
    ruleId: 'ramp',
  });
});
