import { evalFlag, Operator } from 'tggl-core';
import { COUNTRIES } from './shared.mjs';

/** The package evaluates one flag; an app finds it in its configuration. */
export function tggl({ rollout, rule }) {
  const half = (seed) => ({
    key: 'userId',
    operator: Operator.Percentage,
    rangeStart: 0,
    rangeEnd: 0.5,
    seed,
  });
  const country = {
    key: 'country',
    operator: Operator.StrEqual,
    values: COUNTRIES,
    negate: false,
  };
  const flag = (rules) => ({
    conditions: [{ rules, variation: { active: true, value: true } }],
    defaultVariation: { active: false, value: false },
  });
  const flags = new Map([
    ...rollout.map((key, seed) => [key, flag([half(seed)])]),
    ...rule.map((key, seed) => [key, flag([country, half(seed)])]),
  ]);
  return {
    name: 'tggl-core',
    context: ({ id, country: code }) => ({ userId: id, country: code }),
    isActive: (key, context) => evalFlag(context, flags.get(key)) === true,
  };
}
