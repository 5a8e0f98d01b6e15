import { OPERATORS } from '@sluice/sdk/core';
import { describe, expect, it } from 'vitest';
import { describeCondition } from './describe-condition.js';
import { andAlso, CONDITION_STARTS, kindOf, startCondition } from './draft-condition.js';
import { convertValues, readValue, typeOfValues } from './leaf-values.js';
import { OPERATOR_WORDS, wordsFor } from './operator-words.js';
import { attributesOf, suggestAttributes } from './suggest-attributes.js';

const dutch = { attribute: 'country', operator: 'in', values: ['NL', 'BE'] } as const;

describe('operators', () => {
  it('each have exactly one label', () => {
    const named = OPERATOR_WORDS.map(({ operator }) => operator);
    expect([...named].sort()).toEqual([...OPERATORS].sort());
  });

  it('that only a newer server knows keep their name', () => {
    expect(wordsFor('soundsLike').label).toBe('soundsLike');
  });
});

describe('values', () => {
  it('get the type of their list', () => {
    expect(typeOfValues([1, 2])).toBe('number');
    expect(typeOfValues([true])).toBe('boolean');
    expect(typeOfValues([])).toBe('string');
  });

  it('that are not numbers stay text, so that the server can report them', () => {
    expect(readValue('1e3', 'number')).toBe(1000);
    expect(readValue('ten', 'number')).toBe('ten');
    expect(readValue('', 'number')).toBe('');
    expect(readValue('no', 'boolean')).toBe(false);
  });

  it('are converted to the type of a new operator', () => {
    expect(convertValues(['1', 'x'], 'lessThan', 'string')).toEqual([1, 'x']);
    expect(convertValues([1, 2], 'contains', 'number')).toEqual(['1', '2']);
    expect(convertValues(['a'], 'exists', 'string')).toEqual([]);
  });
});

describe('describeCondition', () => {
  it.each([
    [undefined, 'Everyone'],
    [{ all: [] }, 'Everyone'],
    [{ any: [] }, 'Nobody'],
    [{ segment: 'staff' }, 'segment staff'],
    [{ not: dutch }, 'not country is one of NL, BE'],
    [{ attribute: 'plan', operator: 'exists', values: [] } as const, 'plan is present'],
    [
      { all: [{ segment: 'staff' }, { any: [dutch, { segment: 'beta' }] }] },
      'segment staff and (country is one of NL, BE or segment beta)',
    ],
    [
      { attribute: 'id', operator: 'in', values: ['a', 'b', 'c', 'd', 'e'] } as const,
      'id is one of a, b, c + 2 more',
    ],
    [startCondition('attribute'), '… is one of …'],
  ])('describes %j', (condition, text) => {
    expect(describeCondition(condition)).toBe(text);
  });
});

describe('the condition builder', () => {
  it('starts each kind that the menu offers', () => {
    const kinds = CONDITION_STARTS.map(({ start }) => kindOf(startCondition(start)));
    expect(kinds).toEqual(['leaf', 'leaf', 'leaf', 'segment', 'any', 'all', 'not']);
  });

  it('adds to a condition without changing its meaning', () => {
    const more = { segment: 'staff' };
    expect(andAlso(undefined, more)).toEqual({ all: [more] });
    expect(andAlso({ any: [] }, more)).toEqual({ all: [{ any: [] }, more] });
    expect(andAlso({ all: [{ segment: 'a' }] }, more)).toEqual({ all: [{ segment: 'a' }, more] });
  });

  it('suggests the attributes in use before the usual ones', () => {
    expect(attributesOf([{ all: [dutch, { not: { any: [dutch] } }, { segment: 's' }] }])).toEqual([
      'country',
    ]);
    const suggested = suggestAttributes([{ when: dutch, rollout: { by: 'teamId' } }]);
    expect(suggested.slice(0, 3)).toEqual(['country', 'teamId', 'targetingKey']);
  });
});
