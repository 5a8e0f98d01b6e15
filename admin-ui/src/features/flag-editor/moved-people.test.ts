import { describe, expect, it } from 'vitest';
import type { FlagConfigChange, Rule } from '../../api/types.js';
import { affectedGroups, describeMoved } from './moved-people.js';
import { sampleContext } from './sample-context.js';

const config = (rules: Rule[]): FlagConfigChange => ({
  status: 'conditional',
  parent: null,
  offVariant: 'off',
  onVariant: 'on',
  defaultVariant: 'off',
  rules,
});
const ramp = (to: number, when?: Rule['when']): Rule => ({
  id: 'ramp',
  ...(when ? { when } : {}),
  rollout: { to },
  serve: { variant: 'on' },
});
const dutch = { attribute: 'country', operator: 'in', values: ['NL'] } as const;

describe('affectedGroups', () => {
  it('returns only the group of all users when no condition is involved', () => {
    const groups = affectedGroups(config([ramp(10)]), config([ramp(20)]), new Map());
    expect(groups).toEqual([{ who: 'everybody else', context: {} }]);
  });

  it('returns the users that a changed rule matches', () => {
    const groups = affectedGroups(config([ramp(10, dutch)]), config([ramp(20, dutch)]), new Map());
    expect(groups[1]).toEqual({ who: 'those in rule “ramp”', context: { country: 'NL' } });
  });
});

describe('sampleContext', () => {
  it('matches nested conditions and segments', () => {
    const segments = new Map([
      ['staff', { attribute: 'email', operator: 'endsWith', values: ['@example.com'] } as const],
    ]);
    const condition = {
      all: [
        { segment: 'staff' },
        { any: [{ attribute: 'age', operator: 'greaterThan', values: [17] } as const] },
        { not: dutch },
        { attribute: 'ip', operator: 'ipIn', values: ['10.0.0.0/8'] } as const,
      ],
    };
    expect(sampleContext(condition, segments)).toEqual({
      email: '@example.com',
      age: 18,
      ip: '10.0.0.0',
    });
  });

  it('terminates when segments form a cycle', () => {
    const segments = new Map([['loop', { segment: 'loop' }]]);
    expect(sampleContext({ segment: 'loop' }, segments)).toEqual({});
  });
});

describe('describeMoved', () => {
  it.each([
    [[{ who: 'everybody else', share: 0 }], 'nobody in the sample gets another value'],
    [[{ who: 'everybody else', share: 0.1234 }], 'another value for 12 % of everybody'],
    [[{ who: 'everybody else', share: 0.0004 }], 'another value for < 0.1 % of everybody'],
    [
      [
        { who: 'everybody else', share: 0 },
        { who: 'those in rule “ramp”', share: 0.055 },
      ],
      'another value for 5.5 % of those in rule “ramp”',
    ],
  ])('describes %j', (groups, text) => {
    expect(describeMoved(groups)).toBe(text);
  });
});
