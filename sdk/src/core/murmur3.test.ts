import fc from 'fast-check';
import murmurhash from 'murmurhash';
import { expect, test } from 'vitest';
import { runs } from '../../../test/conformance/property-runs.js';
import { seedPrefix, signedHash } from './murmur3.js';

const LENGTH_MAX = 70;
/** With the colon appended, seeds of these lengths end at every position in a word. */
const SEEDS = ['s', 'se', 'see', 'seed', 'seed5', 'seed-6', 'é', '語', '😀'];
const OTHER_CHARACTERS = ['\u0080', 'é', '\u07ff', '語', '\uffff', '😀', '\ud83d', '\ude00'];
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@.-_~\u007f\u0000';

const encoder = new TextEncoder();

/** The reference: the package, applied to the whole text. */
function defined(seed: string, unit: string, round: number): number {
  return murmurhash.v3(encoder.encode(`${seed}:${unit}`), round);
}

function expectDefined(seed: string, unit: string, rounds = [0, 1, 2]): void {
  const prefix = seedPrefix(seed);
  for (const round of rounds) {
    const hash = signedHash(prefix, unit, round);
    if (hash >>> 0 === defined(seed, unit, round) && hash === (hash | 0)) continue;
    expect.fail(`${JSON.stringify([seed, unit, round])} hashes to ${hash >>> 0}`);
  }
}

/** Each start returns a different text of the same length. */
function ascii(start: number, length: number): string {
  return Array.from({ length }, (_, index) => LETTERS[(start + index) % LETTERS.length]).join('');
}

test('ASCII units of every length and seed alignment hash as in the package', () => {
  for (const seed of SEEDS) {
    for (let length = 0; length <= LENGTH_MAX; length++) {
      for (let start = 0; start < LETTERS.length; start += 7) {
        expectDefined(seed, ascii(start, length));
      }
    }
  }
});

test('units with a non-ASCII character at any position hash as in the package', () => {
  for (const seed of SEEDS) {
    for (const character of OTHER_CHARACTERS) {
      for (let before = 0; before <= LENGTH_MAX; before++) {
        for (const after of [0, 1, 2, 3, 9]) {
          expectDefined(seed, ascii(before, before) + character + ascii(after, after), [0, 1]);
        }
      }
    }
  }
});

test('a lone surrogate hashes as U+FFFD', () => {
  const prefix = seedPrefix('seed');
  const expected = signedHash(prefix, 'a\ufffdb', 0);
  expect(signedHash(prefix, 'a\ud83db', 0)).toBe(expected);
  expect(signedHash(prefix, 'a\ude00b', 0)).toBe(expected);
});

test.each([300, 341, 342, 1_000, 5_000])('units of %i characters hash as in the package', (n) => {
  expectDefined('seed', ascii(3, n));
  expectDefined('seed', `${ascii(3, n - 1)}é`);
  expectDefined('語'.repeat(100), '😀'.repeat(n));
});

test('any seed, unit and round hash as in the package', () => {
  const texts = fc.oneof(
    fc.string({ maxLength: LENGTH_MAX, unit: 'binary-ascii' }),
    fc.string({ maxLength: LENGTH_MAX, unit: 'binary' }),
    fc.string({ maxLength: LENGTH_MAX, unit: fc.constantFrom('a', '7', ...OTHER_CHARACTERS) }),
    fc.uuid(),
  );
  fc.assert(
    fc.property(texts, texts, fc.nat(2 ** 31 - 1), (seed, unit, round) => {
      expectDefined(seed, unit, [0, 1, 2, round]);
    }),
    runs(500),
  );
});

test('the hash of a unit does not depend on earlier units', () => {
  const prefix = seedPrefix('seed');
  for (const unit of ['zoë', 'a', '日本語', 'user-1', 'zoë']) {
    for (const noise of ['', 'x'.repeat(9), 'é'.repeat(40)]) {
      signedHash(prefix, noise, 0);
      expect(signedHash(prefix, unit, 0) >>> 0).toBe(defined('seed', unit, 0));
    }
  }
});
