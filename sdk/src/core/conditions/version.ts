import { VERSION_LENGTH_MAX } from '../limits.js';
import { show } from '../problem.js';
import { type CompileTest, type Scalar, usableValues } from './matcher.js';

/**
 * Numbers stay text, because SemVer does not limit their size. Digits compare by length, then by
 * code.
 */
interface Version {
  readonly core: readonly [string, string, string];
  readonly prerelease: readonly string[];
}

const NUMBER = '(0|[1-9]\\d*)';
const IDENTIFIER = '(?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)';
const BUILD = '[0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*';
const VERSION = new RegExp(
  `^v?${NUMBER}(?:\\.${NUMBER}(?:\\.${NUMBER})?)?` +
    `(?:-(${IDENTIFIER}(?:\\.${IDENTIFIER})*))?(?:\\+${BUILD})?$`,
);
const DIGITS = /^\d+$/;

type Holds = (order: number) => boolean;

export const compileSemverEquals = versionTest((order) => order === 0);
export const compileSemverLessThan = versionTest((order) => order < 0);
export const compileSemverLessThanOrEqual = versionTest((order) => order <= 0);
export const compileSemverGreaterThan = versionTest((order) => order > 0);
export const compileSemverGreaterThanOrEqual = versionTest((order) => order >= 0);

function versionTest(holds: Holds): CompileTest {
  return (leaf, report) => {
    const bounds = usableValues(leaf, parseVersion, (index, value) =>
      report(`/values/${index}`, `value must be a version such as 1.4.0, got ${show(value)}`),
    );
    return (value) => {
      const version = parseVersion(value);
      if (version === undefined) return false;
      for (const bound of bounds) if (holds(compareVersions(version, bound))) return true;
      return false;
    };
  };
}

export function parseVersion(value: Scalar): Version | undefined {
  if (typeof value !== 'string' || value.length > VERSION_LENGTH_MAX) return undefined;
  const parts = VERSION.exec(value);
  if (parts === null) return undefined;
  return {
    core: [parts[1]!, parts[2] ?? '0', parts[3] ?? '0'],
    prerelease: parts[4]?.split('.') ?? [],
  };
}

/** SemVer 2.0.0, clause 11: negative, zero or positive. Build metadata is ignored. */
export function compareVersions(a: Version, b: Version): number {
  for (const [index, number] of a.core.entries()) {
    const order = compareNumbers(number, b.core[index]!);
    if (order !== 0) return order;
  }
  return comparePrereleases(a.prerelease, b.prerelease);
}

function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  for (const [index, identifier] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const order = compareIdentifiers(identifier, other);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareIdentifiers(a: string, b: string): number {
  const isNumber = DIGITS.test(a);
  if (isNumber !== DIGITS.test(b)) return isNumber ? -1 : 1;
  return isNumber ? compareNumbers(a, b) : compareText(a, b);
}

function compareNumbers(a: string, b: string): number {
  return a.length - b.length || compareText(a, b);
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
