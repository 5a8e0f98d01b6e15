import { expect, test } from 'vitest';
import { PATTERN_INPUT_LENGTH_MAX, PATTERN_LENGTH_MAX } from '../limits.js';
import type { Scalar } from './matcher.js';
import { compileMatches } from './pattern.js';

/** Patterns that take exponential time in a backtracking engine. */
const BODIES = [
  'a+',
  'a*',
  'a?',
  'a|a',
  'a|aa',
  'a|a?',
  'a+|b',
  '[a-z]+',
  '\\w+',
  '\\w|_',
  '.*',
  '.*a',
  '[^b]*',
  'a{1,9}',
  '(a+)+',
  '(a*)*',
  '\\pL+',
  'a|b|ab',
  '(.*)(.*)',
  'a*a*a*',
];
const WRAPS = [
  '^(#)+$',
  '^(#)*$',
  '(#)+b',
  '(#)*?b',
  '^(#){1,30}$',
  '(#)+(#)+b$',
  '^(?:(#)+)+\\d$',
];
const EXTRAS = [
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  '^([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+[.]{1}(([a-z]{2,3}))$',
  '(x+x+)+y',
  '^(.*?,){11}P',
  '(.*)*=(.*)*',
  '\\s+$',
  '^(\\d+)*(\\.\\d+)*$',
  '(?:.*a.{12})$',
  '^(?:(?:a|b)?){40}(?:a|b){40}$',
  '(?i)(straße|strasse)+$',
];
const PATTERNS = [
  ...BODIES.flatMap((body) => WRAPS.map((wrap) => wrap.replaceAll('#', body))),
  ...EXTRAS,
];
const INPUTS = [
  'a'.repeat(PATTERN_INPUT_LENGTH_MAX),
  `${'a'.repeat(PATTERN_INPUT_LENGTH_MAX - 1)}!`,
  'ab'.repeat(PATTERN_INPUT_LENGTH_MAX / 2),
  'aé日_'.repeat(PATTERN_INPUT_LENGTH_MAX / 4),
  `${'x'.repeat(PATTERN_INPUT_LENGTH_MAX - 1)},`,
  ' '.repeat(PATTERN_INPUT_LENGTH_MAX),
];
/** A backtracking engine would practically never finish. */
const WORST_MS = 1_000;

test('no pattern is slow on the longest input, whether it matches or not', () => {
  const slow: string[] = [];
  for (const pattern of PATTERNS) {
    const matches = matcherOf(pattern);
    for (const input of INPUTS) {
      const start = performance.now();
      matches(input);
      if (performance.now() - start > WORST_MS) slow.push(pattern);
    }
  }
  expect(slow).toEqual([]);
});

test('an input of 4,096 characters can match and one of 4,097 cannot', () => {
  const matches = matcherOf('a');
  expect(matches('a'.repeat(PATTERN_INPUT_LENGTH_MAX))).toBe(true);
  expect(matches('a'.repeat(PATTERN_INPUT_LENGTH_MAX + 1))).toBe(false);
  expect(matches('😀'.repeat(PATTERN_INPUT_LENGTH_MAX / 2 + 1))).toBe(false);
});

test('a pattern of 256 characters is valid and one of 257 is not', () => {
  expect(problemsOf(['a'.repeat(PATTERN_LENGTH_MAX)])).toEqual([]);
  expect(problemsOf(['a'.repeat(PATTERN_LENGTH_MAX + 1)])).toEqual([
    '/values/0 pattern must have at most 256 characters, got 257',
  ]);
});

test.each(['(?=a)', '(?<!a)b', '\\1', '(a', '[z-a]', 'a{1001}', '((a{0,100}){0,100}){0,100}', '*'])(
  '%s is not a pattern and makes the rule unusable',
  (pattern) => {
    const [problem] = problemsOf([pattern]);
    expect(problem).toContain('/values/0 pattern must be in RE2 syntax, got');
    expect(compileMatches({ values: ['a', pattern], ignoreCase: false }, () => {})).toBeUndefined();
  },
);

test('a linear pattern that is too large can be evaluated but not saved', () => {
  const pattern = '.{1000}'.repeat(2);
  expect(problemsOf([pattern])).toEqual([
    '/values/0 pattern must compile to at most 1000 steps, got 2002',
  ]);
  expect(matcherOf(pattern)('a'.repeat(2_000))).toBe(true);
});

function matcherOf(pattern: Scalar) {
  return compileMatches({ values: [pattern], ignoreCase: false }, () => {})!;
}

function problemsOf(values: readonly Scalar[]): string[] {
  const problems: string[] = [];
  compileMatches({ values, ignoreCase: false }, (pointer, message) =>
    problems.push(`${pointer} ${message}`),
  );
  return problems;
}
