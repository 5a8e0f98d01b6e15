import { type AttributeReader, attributeReader, dateText, readAttribute } from '../context.js';
import { type JsonRecord, own } from '../json.js';
import { VALUES_MAX } from '../limits.js';
import { type Report, show } from '../problem.js';
import type { Operator } from '../ruleset.js';
import { compileAfter, compileBefore } from './date-time.js';
import { compileIn } from './equality.js';
import { compileIpIn } from './ip.js';
import type { CompileTest, LeafValues, Matcher, Scalar, Test } from './matcher.js';
import {
  compileGreaterThan,
  compileGreaterThanOrEqual,
  compileLessThan,
  compileLessThanOrEqual,
} from './number.js';
import { compileMatches } from './pattern.js';
import { compileContains, compileEndsWith, compileStartsWith } from './text.js';
import {
  compileSemverEquals,
  compileSemverGreaterThan,
  compileSemverGreaterThanOrEqual,
  compileSemverLessThan,
  compileSemverLessThanOrEqual,
} from './version.js';

const TESTS = {
  in: compileIn,
  contains: compileContains,
  startsWith: compileStartsWith,
  endsWith: compileEndsWith,
  matches: compileMatches,
  lessThan: compileLessThan,
  lessThanOrEqual: compileLessThanOrEqual,
  greaterThan: compileGreaterThan,
  greaterThanOrEqual: compileGreaterThanOrEqual,
  before: compileBefore,
  after: compileAfter,
  semverEquals: compileSemverEquals,
  semverLessThan: compileSemverLessThan,
  semverLessThanOrEqual: compileSemverLessThanOrEqual,
  semverGreaterThan: compileSemverGreaterThan,
  semverGreaterThanOrEqual: compileSemverGreaterThanOrEqual,
  ipIn: compileIpIn,
} satisfies Record<Exclude<Operator, 'exists'>, CompileTest>;
const TEST_BY_OPERATOR: ReadonlyMap<unknown, CompileTest> = new Map(Object.entries(TESTS));
const EXISTS = 'exists';
const DATE_OPERATORS: readonly unknown[] = ['before', 'after'] satisfies Operator[];
/** When the context has no attribute of this name, dates are compared with the caller's clock. */
const NOW = 'now';

/** `{ attribute, operator, values }`. Returns nothing when the rule must not apply. */
export function parseLeaf(leaf: JsonRecord, report: Report): Matcher | undefined {
  const attribute = own(leaf, 'attribute');
  const operator = own(leaf, 'operator');
  const values = parseValues(leaf, report);
  if (typeof attribute !== 'string') {
    report('/attribute', `attribute must be a string, got ${show(attribute)}`);
    return undefined;
  }
  if (attribute === '') report('/attribute', 'attribute must not be empty');
  const compile = TEST_BY_OPERATOR.get(operator);
  if (compile === undefined && operator !== EXISTS) {
    report('/operator', `operator must be one of the known ones, got ${show(operator)}`);
    return undefined;
  }
  if (values === undefined) return undefined;
  const reader = attributeReader(attribute);
  if (compile === undefined) return existsMatcher(reader, values, report);
  const test = compile(values, report);
  if (test === undefined) return undefined;
  const usesNow = attribute === NOW && DATE_OPERATORS.includes(operator);
  return usesNow ? nowMatcher(reader, test) : attributeMatcher(reader, test);
}

function parseValues(leaf: JsonRecord, report: Report): LeafValues | undefined {
  const values = own(leaf, 'values');
  const ignoreCase = Object.hasOwn(leaf, 'ignoreCase') ? leaf.ignoreCase : false;
  if (!Array.isArray(values)) {
    report('/values', `values must be a list, got ${show(values)}`);
    return undefined;
  }
  const wrong = values.findIndex((value) => !isScalar(value));
  if (wrong >= 0) {
    const expected = 'a string, a number or a boolean';
    report(`/values/${wrong}`, `value must be ${expected}, got ${show(values[wrong])}`);
    return undefined;
  }
  if (typeof ignoreCase !== 'boolean') {
    report('/ignoreCase', `ignoreCase must be true or false, got ${show(ignoreCase)}`);
    return undefined;
  }
  if (values.length > VALUES_MAX) {
    report('/values', `at most ${VALUES_MAX} values, got ${values.length}`);
  }
  return { values, ignoreCase };
}

function attributeMatcher(reader: AttributeReader, test: Test): Matcher {
  return (subject) => holds(readAttribute(subject, reader), test);
}

function nowMatcher(reader: AttributeReader, test: Test): Matcher {
  return (subject, now) => {
    const own = readAttribute(subject, reader);
    if (own !== undefined) return holds(own, test);
    return holds(typeof now === 'function' ? now() : now, test);
  };
}

function existsMatcher(reader: AttributeReader, { values }: LeafValues, report: Report): Matcher {
  if (values.length > 0) report('/values', 'values of "exists" must be an empty list');
  return (subject) => {
    const value = readAttribute(subject, reader);
    return value !== undefined && value !== null;
  };
}

function holds(value: unknown, test: Test): boolean {
  if (isScalar(value)) return test(value);
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return holdsForAny(value, test);
  const text = dateText(value);
  return text !== undefined && test(text);
}

function holdsForAny(elements: readonly unknown[], test: Test): boolean {
  for (const element of elements) {
    const scalar = isScalar(element) ? element : dateText(element);
    if (scalar !== undefined && test(scalar)) return true;
  }
  return false;
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
