import { RE2JS } from 're2js';
import { PATTERN_INPUT_LENGTH_MAX, PATTERN_LENGTH_MAX, PATTERN_SIZE_MAX } from '../limits.js';
import { show } from '../problem.js';
import type { CompileTest } from './matcher.js';

/**
 * `matches`: RE2 syntax, which takes linear time for every pattern. A pattern that this engine does
 * not accept makes the rule unusable, because a `not` around it would otherwise match every
 * context.
 */
export const compileMatches: CompileTest = ({ values, ignoreCase }, report) => {
  const patterns: RE2JS[] = [];
  for (const [index, value] of values.entries()) {
    const pattern = compilePattern(value, ignoreCase, (message) =>
      report(`/values/${index}`, message),
    );
    if (pattern === undefined) return undefined;
    patterns.push(pattern);
  }
  return (value) => {
    if (typeof value !== 'string' || value.length > PATTERN_INPUT_LENGTH_MAX) return false;
    for (const pattern of patterns) if (pattern.test(value)) return true;
    return false;
  };
};

function compilePattern(
  value: unknown,
  ignoreCase: boolean,
  complain: (message: string) => void,
): RE2JS | undefined {
  if (typeof value !== 'string') {
    complain(`value must be a pattern, got ${show(value)}`);
    return undefined;
  }
  if (value.length > PATTERN_LENGTH_MAX) {
    complain(`pattern must have at most ${PATTERN_LENGTH_MAX} characters, got ${value.length}`);
    return undefined;
  }
  try {
    const pattern = RE2JS.compile(value, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
    const size = pattern.programSize();
    if (size > PATTERN_SIZE_MAX) {
      complain(`pattern must compile to at most ${PATTERN_SIZE_MAX} steps, got ${size}`);
    }
    return pattern;
  } catch (error) {
    complain(`pattern must be in RE2 syntax, got ${show(value)}: ${(error as Error).message}`);
    return undefined;
  }
}
