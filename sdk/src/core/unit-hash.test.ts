import { describe, expect, it, test } from 'vitest';
import { isSampled, seedPrefix, unitBucket, unitHash } from './bucket.js';

/** These must never change, because the counts of a running release are stored under them. */
const VECTORS: readonly (readonly [salt: string, unit: string, hash: string, bucket: number])[] = [
  ['3kTM', 'user-1', '3233c579378161f5', 50],
  ['3kTM', 'user-2', 'c1b40256f29cbba7', 193],
  ['aB9', 'zoë@example.com', '30149a48ba7d8a57', 48],
  ['aB9', '42', 'a5812e07b02d1759', 165],
  ['salt', 'p143', '00fb57bfb0ecd0de', 0],
  ['x', '日本語', '435de5c0e29a728b', 67],
];

describe('a unit hash', () => {
  it.each(VECTORS)('of %s and %s and its bucket never change', (salt, unit, hash, bucket) => {
    expect(unitHash(seedPrefix(salt), unit)).toBe(hash);
    expect(unitBucket(hash)).toBe(bucket);
  });

  it('always has 16 digits', () => {
    const salt = seedPrefix('salt');
    for (let index = 0; index < 5_000; index += 1) {
      expect(unitHash(salt, `p${index}`)).toMatch(/^[0-9a-f]{16}$/);
    }
  });
});

test('a sample contains its share of users, and a smaller sample is a subset of it', () => {
  const salt = seedPrefix('salt');
  const people = Array.from({ length: 20_000 }, (_, index) => `person-${index}`);
  const tenth = people.filter((unit) => isSampled(salt, unit, 0.1));
  expect(Math.abs(tenth.length - 2_000)).toBeLessThan(5 * Math.sqrt(20_000 * 0.1 * 0.9));
  expect(tenth.every((unit) => isSampled(salt, unit, 0.2))).toBe(true);
  expect(people.every((unit) => isSampled(salt, unit, 1))).toBe(true);
  expect(people.some((unit) => isSampled(salt, unit, 0))).toBe(false);
});
