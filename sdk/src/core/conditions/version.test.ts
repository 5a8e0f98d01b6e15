import fc from 'fast-check';
import { compare, SemVer } from 'semver';
import { expect, test, vi } from 'vitest';
import { PROPERTY_TIMEOUT_MS, runs } from '../../../../test/conformance/property-runs.js';
import { compareVersions, parseVersion } from './version.js';

vi.setConfig({ testTimeout: PROPERTY_TIMEOUT_MS });

const number = fc.oneof(fc.nat(12), fc.nat(), fc.constant(Number.MAX_SAFE_INTEGER));
const identifier = fc.oneof(
  fc.nat(12).map(String),
  fc.stringMatching(/^[0-9]{0,2}[a-zA-Z-][0-9a-zA-Z-]{0,3}$/),
  fc.constantFrom('alpha', 'beta', 'rc', '-', '--1', 'A'),
);
const identifiers = fc.array(identifier, { minLength: 1, maxLength: 4 });
const versions = fc
  .tuple(number, number, number, fc.option(identifiers), fc.option(identifiers))
  .map(([major, minor, patch, prerelease, build]) => {
    const core = `${major}.${minor}.${patch}`;
    const suffix = prerelease === null ? '' : `-${prerelease.join('.')}`;
    return `${core}${suffix}${build === null ? '' : `+${build.join('.')}`}`;
  });

test('the precedence is that of the reference implementation', () => {
  fc.assert(
    fc.property(versions, versions, (a, b) => {
      const order = compareVersions(parseVersion(a)!, parseVersion(b)!);
      expect(Math.sign(order)).toBe(compare(a, b));
    }),
    runs(2_000),
  );
});

test('the order is total, antisymmetric and transitive', () => {
  fc.assert(
    fc.property(versions, versions, versions, (...texts) => {
      const [a, b, c] = texts.map((text) => parseVersion(text)!);
      expect(Math.sign(compareVersions(a!, b!))).toBe(-Math.sign(compareVersions(b!, a!)) + 0);
      const isSorted = compareVersions(a!, b!) <= 0 && compareVersions(b!, c!) <= 0;
      if (isSorted) expect(compareVersions(a!, c!)).toBeLessThanOrEqual(0);
    }),
    runs(1_000),
  );
});

test('a whole version is accepted exactly when the reference accepts it', () => {
  const almost = fc.oneof(
    versions,
    fc.stringMatching(/^[0-9v.+-]{0,12}$/),
    fc.stringMatching(/^[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{1,2}[a-z0-9.+-]{0,6}$/),
  );
  fc.assert(
    fc.property(almost, (text) => {
      if (!/^\d+\.\d+\.\d+(?:[-+]|$)/.test(text)) return;
      expect(parseVersion(text) !== undefined).toBe(isVersion(text));
    }),
    runs(2_000),
  );
});

test('256 characters are accepted as a version and 257 are not', () => {
  expect(parseVersion(`1.0.0-${'a'.repeat(250)}`)).toBeDefined();
  expect(parseVersion(`1.0.0-${'a'.repeat(251)}`)).toBeUndefined();
});

test('a list of versions sorts as in the specification', () => {
  const sorted = [
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
    '1.0.1',
    '1.1',
    'v2',
    '10.0.0',
  ];
  const shuffled = [...sorted].reverse();
  shuffled.sort((a, b) => compareVersions(parseVersion(a)!, parseVersion(b)!));
  expect(shuffled).toEqual(sorted);
});

function isVersion(text: string): boolean {
  try {
    return new SemVer(text).raw === text;
  } catch {
    return false;
  }
}
