import { describe, expect, it } from 'vitest';
import { inUse, invalid, versionStale } from './refusals.js';
import { nameVariantUsers } from './variant-users.js';

describe('the messages of rejections', () => {
  it('list five users and count the rest', () => {
    const users = Array.from({ length: 8 }, (_, index) => `flag "f${index}"`);
    expect(inUse('segment', 's', users).message).toBe(
      'segment "s" is used by flag "f0", flag "f1", flag "f2", flag "f3", flag "f4" and 3 more',
    );
  });

  it('start with the first of several validation issues and keep all of them', () => {
    const errors = [
      { pointer: '/a', message: 'is wrong' },
      { pointer: '', message: 'is strange' },
    ];
    const refusal = invalid(errors);
    expect(refusal.message).toBe('/a is wrong (and 1 more)');
    expect(refusal.details.errors).toEqual(errors);
    expect(invalid(errors.slice(1)).message).toBe('is strange');
  });

  it('contain the current version and the version of the request', () => {
    const refusal = versionStale('flag', 'a', 3, { version: 5 });
    expect(refusal.message).toBe('flag "a" is at version 5 by now, and If-Match named 3');
    expect(refusal.details.current).toEqual({ version: 5 });
  });
});

describe('nameVariantUsers', () => {
  it('lists every field and rule that serves the variant, by environment', () => {
    const rules = [
      { id: 'plain', serve: { variant: 'a' } },
      { id: 'split', serve: { split: { a: 1, b: 1 } } },
      { id: 'other', serve: { variant: 'b' } },
    ];
    const config = {
      ...{ environmentKey: 'qa', offVariant: 'b', onVariant: 'a', defaultVariant: null, rules },
    };
    expect(nameVariantUsers('a', [config])).toEqual([
      ...['onVariant in qa', 'rule "plain" in qa', 'rule "split" in qa'],
    ]);
    expect(nameVariantUsers('constructor', [config])).toEqual([]);
  });
});
