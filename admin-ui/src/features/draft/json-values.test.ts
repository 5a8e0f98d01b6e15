import { describe, expect, it } from 'vitest';
import { FieldErrors } from './field-errors.js';
import { sameJson, valueAt } from './json-values.js';

describe('sameJson', () => {
  it('ignores the order of keys but not the order of lists', () => {
    expect(sameJson({ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 })).toBe(true);
    expect(sameJson([1, 2], [2, 1])).toBe(false);
  });

  it('treats an absent field and undefined as equal', () => {
    expect(sameJson({ a: 1, b: undefined }, { a: 1 })).toBe(true);
    expect(sameJson(undefined, null)).toBe(false);
  });
});

describe('valueAt', () => {
  it('follows a JSON pointer, including escapes', () => {
    const document = { rules: [{ 'a/b': { '~': 1 } }] };
    expect(valueAt(document, '/rules/0/a~1b/~0')).toBe(1);
    expect(valueAt(document, '')).toBe(document);
  });

  it('returns undefined for missing paths and inherited names', () => {
    expect(valueAt({ a: 1 }, '/a/b')).toBeUndefined();
    expect(valueAt({}, '/toString')).toBeUndefined();
  });
});

describe('FieldErrors', () => {
  const errors = new FieldErrors([
    { pointer: '/rules/1/when/values/2', message: 'is no address' },
    { pointer: '/rules/1', message: 'is too long' },
    { pointer: '/rules/10/id', message: 'is taken' },
  ]);

  it('returns the messages of a field and not those of its neighbour', () => {
    expect(errors.at('/rules/1').here).toEqual(['is too long']);
    expect(errors.at('/rules/1').within).toEqual(['is no address', 'is too long']);
    expect(errors.at('/rules/2').isEmpty).toBe(true);
  });

  it('returns the positions of the invalid values of a list', () => {
    expect([...errors.at('/rules/1/when/values').positions]).toEqual([2]);
  });
});
