import { compile, type EvaluationContext, type Flag, type Ruleset } from '@sluice/sdk/core';
import { describe, expect, it } from 'vitest';
import { countMovedUnits, unitAttributes } from './moved-units.js';

const flagWith = (rules: Flag['rules']): Flag => ({
  ...{ type: 'boolean', seed: 'awesome', variants: { on: true, off: false } },
  ...{ offVariant: 'off', status: 'conditional', rules: rules ?? [] },
});

const compiled = (rules: Flag['rules']) => {
  const flags = { awesome: flagWith(rules) };
  const place = { project: 'p', environment: 'e', epoch: 'x', revision: 1, at: 0 };
  return compile({ schema: 1, ...place, flags, segments: {} } satisfies Ruleset);
};
const ramp = (to: number, by = 'targetingKey') => ({
  ...{ id: 'ramp', rollout: { to, by }, serve: { variant: 'on' } },
});

describe('countMovedUnits', () => {
  const compare = (
    live: Flag['rules'],
    proposed: Flag['rules'],
    contexts: EvaluationContext[] = [{}],
  ) =>
    countMovedUnits(
      {
        ...{ flag: 'awesome', live: compiled(live), proposed: compiled(proposed), contexts },
        ...{ by: ['targetingKey', 'company'], now: 0 },
      },
      { first: 0, count: 2_000 },
    );

  it('returns 0 when nothing changes', () => {
    expect(compare([ramp(25)], [ramp(25)])).toBe(0);
  });

  it('counts exactly the units between the old percentage and the new one', () => {
    const wider = compare([ramp(25)], [ramp(35)]);
    expect(wider / 2_000).toBeCloseTo(0.1, 1);
    expect(compare([ramp(35)], [ramp(25)])).toBe(wider);
  });

  it('draws by the attribute that the rules use', () => {
    expect(compare([ramp(0, 'company')], [ramp(100, 'company')])).toBe(2_000);
  });

  it('takes the other attributes from the contexts in turn', () => {
    const when = { attribute: 'country', operator: 'in', values: ['NL'] } as const;
    const contexts = [{ country: 'NL' }, { country: 'DE' }];
    expect(compare([], [{ ...ramp(100), when }], contexts)).toBe(1_000);
  });
});

describe('unitAttributes', () => {
  it('returns the targeting key and the attribute of every rollout', () => {
    const flags = [flagWith([ramp(1, 'company')]), flagWith([ramp(2)]), {}];
    expect(unitAttributes(flags)).toEqual(['targetingKey', 'company']);
  });
});
