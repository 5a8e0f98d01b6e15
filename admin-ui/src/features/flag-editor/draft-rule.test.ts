import { describe, expect, it } from 'vitest';
import { describeServe, moveRule, shareOf, startRule, uniqueId } from './draft-rule.js';

describe('rules of a draft', () => {
  it('get an unused id, ignoring case', () => {
    expect(uniqueId('users', [])).toBe('users');
    expect(uniqueId('users', [{ id: 'Users' }, { id: 'users-2' }])).toBe('users-3');
  });

  it('start with no users', () => {
    expect(startRule('everyone', [], 'on')).toEqual({
      id: 'rollout',
      rollout: { to: 0 },
      serve: { variant: 'on' },
    });
    expect(startRule('users', [], 'on').when).toEqual({
      all: [{ attribute: 'targetingKey', operator: 'in', values: [] }],
    });
  });

  it('move without loss', () => {
    expect(moveRule(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
    expect(moveRule(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
    expect(moveRule(['a'], 5, 0)).toEqual(['a']);
  });

  it('show percentages without binary rounding errors', () => {
    expect(shareOf({ from: 0.1, to: 0.3 })).toBe(0.2);
  });

  it('describe a split by its shares', () => {
    expect(describeServe({ variant: 'on' })).toBe('on');
    expect(describeServe({ split: { a: 1, b: 2 } })).toBe('a 33.333 % · b 66.667 %');
  });
});
