import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import {
  conditions,
  contexts,
  flags,
  rules,
  segments,
} from '../../../../test/conformance/arbitraries.js';
import { PROPERTY_TIMEOUT_MS, runs } from '../../../../test/conformance/property-runs.js';
import { conformanceGroups } from '../../../../test/conformance/run-cases.js';
import { compile } from '../compile.js';
import { evaluate } from '../evaluate.js';
import type { Problem } from '../problem.js';
import type { Ruleset } from '../ruleset.js';
import { findParentCycle, findSegmentCycle, parentChainLength } from './cycle.js';
import { problemsOfFlag } from './flag-problems.js';
import { isValidKey } from './key.js';
import { problemsOfCondition, problemsOfRule, problemsOfSegment } from './rule-problems.js';

vi.setConfig({ testTimeout: PROPERTY_TIMEOUT_MS });

const flag = {
  type: 'boolean',
  seed: 'awesome',
  variants: { on: true, off: false },
  offVariant: 'off',
  onVariant: 'on',
  status: 'conditional',
  rules: [{ id: 'r', rollout: { to: 25 }, serve: { variant: 'on' } }],
};
const text = {
  ...flag,
  type: 'string',
  variants: { off: '', a: 'A', b: 'B' },
  onVariant: 'a',
  rules: [],
};
const leaf = { attribute: 'country', operator: 'in', values: ['NL'] };

function lines(problems: readonly Problem[]): string[] {
  return problems.map(({ pointer, message }) => `${pointer}: ${message}`);
}

function ofFlag(value: unknown, others: object = {}): string[] {
  const all = { ...others, checked: value };
  return lines(problemsOfFlag('checked', { flags: all, segments: {} }));
}

function ofRule(rule: object): string[] {
  return lines(problemsOfRule({ id: 'r', serve: { variant: 'a' }, ...rule }, text, {}));
}

test('a valid flag has no issues in any status', () => {
  expect(ofFlag(flag)).toEqual([]);
  expect(ofFlag(text)).toEqual([]);
  expect(ofFlag({ ...flag, killed: true, status: 'off' })).toEqual([]);
});

describe('the message of an issue names the part, the value and the expectation', () => {
  test('for a split', () => {
    expect(ofRule({ serve: { split: { a: 33.3, b: 1, gone: 1 } } })).toEqual([
      '/serve/split/a: weight of "a" must be a whole number from 1 to 100000, got 33.3',
      '/serve/split/gone: split names the unknown variant "gone"',
    ]);
    expect(ofRule({ serve: { split: {} } })).toEqual([
      '/serve/split: split must name at least one variant',
    ]);
  });

  test('for a rollout', () => {
    expect(ofRule({ rollout: { from: 60, to: 50 } })).toEqual([
      '/rollout/from: from must not be above to, got 60 and 50',
    ]);
    expect(ofRule({ rollout: { to: '50', by: '', seed: 'a:b', hash: 'sha1' } })).toEqual([
      '/rollout/to: to must be a percentage from 0 to 100, got "50"',
      '/rollout/hash: hash must be one of ["sluice"], got "sha1"',
      '/rollout/by: by must be the name of an attribute, got ""',
      '/rollout/seed: seed must be a string without ":", got "a:b"',
    ]);
    expect(ofRule({ rollout: { to: 33.3333 } })).toEqual([
      '/rollout/to: to must have at most three decimals, got 33.3333',
    ]);
    expect(ofRule({ rollout: null })).toEqual(['/rollout: rollout must be an object, got null']);
  });

  test('for a release', () => {
    const release = { id: 'rel-1', phase: 1 };
    expect(ofRule({ release })).toEqual(['/rollout: a release needs a rollout that starts at 0']);
    expect(ofRule({ release, rollout: { from: 1, to: 5 } })).toEqual([
      '/rollout: a release needs a rollout that starts at 0',
    ]);
  });

  test('for the served variant or split', () => {
    expect(ofRule({ serve: { variant: 'gone' } })).toEqual([
      '/serve/variant: variant "gone" does not exist',
    ]);
    expect(ofRule({ serve: { variant: 'a', split: { a: 1 } } })).toEqual([
      '/serve: serve must be exactly one of "variant" or "split", ' +
        'got {"variant":"a","split":{"a":1}}',
    ]);
    expect(ofRule({ id: 'not a key' })[0]).toMatch(
      /^\/id: id must be a letter or digit, .*got "not a key"$/,
    );
  });

  test('for a condition, with the pointer of each issue', () => {
    const when = {
      all: [
        leaf,
        { any: [{ attribute: 'x', operator: 'equals', values: [] }, null] },
        { not: { segment: 'gone' } },
        { attribute: 'age', operator: 'lessThan', values: [18, '21'] },
        { attribute: 'a/b', operator: 'exists', values: [1] },
      ],
    };
    expect(lines(problemsOfCondition(when, {}))).toEqual([
      '/all/1/any/0/operator: operator must be one of the known ones, got "equals"',
      '/all/1/any/1: condition must be an object, got null',
      '/all/2/not/segment: segment "gone" does not exist',
      '/all/3/values/1: value must be a finite number, got "21"',
      '/all/4/values: values of "exists" must be an empty list',
    ]);
    expect(ofRule({ when: { some: [] } })).toEqual([
      '/when: condition must be exactly one of "all", "any", "not", "segment" ' +
        'or a test of an attribute',
    ]);
  });

  test.each([
    ['before', 'tomorrow', 'an RFC 3339 date-time such as 2026-01-31T09:00:00Z'],
    ['semverEquals', '1.2.3.4', 'a version such as 1.4.0'],
    ['ipIn', '10.0.0.0/33', 'an address or a block such as 10.0.0.0/8'],
    ['contains', 5, 'a string'],
    ['matches', 5, 'a pattern'],
  ])('for a value that %s cannot use', (operator, value, expected) => {
    const when = { attribute: 'x', operator, values: [value] };
    expect(lines(problemsOfCondition(when, {}))).toEqual([
      `/values/0: value must be ${expected}, got ${JSON.stringify(value)}`,
    ]);
  });

  test('for the flag itself', () => {
    const { variants: _, ...withoutVariants } = flag;
    expect(ofFlag({ ...flag, type: 'bool', status: 'paused', killed: 1, seed: '' })).toEqual([
      '/type: type must be one of ["boolean","string","number","json"], got "bool"',
      '/seed: seed must be a string without ":", got ""',
      '/killed: killed must be true or false, got 1',
    ]);
    expect(ofFlag({ ...flag, status: 'paused' })).toEqual([
      '/status: status must be one of ["off","on","inherit","conditional"], got "paused"',
    ]);
    expect(ofFlag(withoutVariants)).toContain('/variants: variants must be an object, got nothing');
    expect(ofFlag({ ...flag, variants: { on: true, off: true } })).toEqual([
      '/offVariant: off value of a boolean must be false, got true',
      '/variants: a boolean flag must have "on" = true and "off" = false, and serve "off" when off',
    ]);
    expect(ofFlag({ ...text, variants: { ...text.variants, b: 5, A: '' } })).toEqual([
      '/variants/A: must be unique, got "A" again',
      '/variants/b: value must be of type string, got 5',
    ]);
    expect(ofFlag({ ...flag, status: 'on', onVariant: undefined, defaultVariant: 'x' })).toEqual([
      '/onVariant: onVariant must name a variant, got nothing',
      '/defaultVariant: defaultVariant must name a variant, got "x"',
    ]);
  });

  test('for its rules, even if the flag is off or killed', () => {
    const broken = [{ id: 'r', serve: {} }, null, { id: 'R', serve: { variant: 'on' } }];
    for (const status of ['off', 'on', 'conditional']) {
      expect(ofFlag({ ...flag, status, killed: true, rules: broken })).toEqual([
        '/rules/0/serve: serve must be exactly one of "variant" or "split", got {}',
        '/rules/1: rule must be an object, got null',
        '/rules/2/id: must be unique, got "R" again',
      ]);
    }
  });

  test('for parents', () => {
    const child = { ...flag, parent: 'parent' };
    expect(ofFlag(child, { parent: flag })).toEqual([]);
    expect(ofFlag(child)).toEqual(['/parent: parent must be the key of a flag, got "parent"']);
    expect(ofFlag(child, { parent: { ...flag, parent: 'checked' } })).toEqual([
      '/parent: parents run in a cycle: "checked", "parent"',
    ]);
    expect(ofFlag({ ...flag, parent: null })).toEqual([
      '/parent: parent must be the key of a flag, got null',
    ]);
    const chain = chainOf(33);
    expect(lines(problemsOfFlag('c-32', { flags: chain, segments: {} }))).toEqual([]);
    expect(lines(problemsOfFlag('c-33', { flags: chain, segments: {} }))).toEqual([
      '/parent: at most 32 parents, got 33',
    ]);
  });

  test('for limits, with the number', () => {
    const many = Array.from({ length: 101 }, (_, index) => `v${index}`);
    expect(
      ofFlag({
        ...text,
        variants: { off: '', a: '', ...Object.fromEntries(many.map((v) => [v, v])) },
      }),
    ).toEqual(['/variants: at most 100 variants, got 103']);
    const rule = { serve: { variant: 'a' } };
    expect(ofFlag({ ...text, rules: many.map((id) => ({ ...rule, id })) })).toEqual([
      '/rules: at most 100 rules, got 101',
    ]);
    const values = Array.from({ length: 10_001 }, (_, index) => index);
    expect(lines(problemsOfCondition({ ...leaf, values }, {}))).toEqual([
      '/values: at most 10000 values, got 10001',
    ]);
  });
});

describe('the issues of a segment', () => {
  const segment = (...names: string[]) => ({
    when: { any: names.map((name) => ({ segment: name })) },
  });

  test('contain the reason why it cannot be used', () => {
    const all = { broken: { when: { any: [null] } }, user: segment('broken') };
    expect(lines(problemsOfSegment('broken', all))).toEqual([
      '/when/any/0: condition must be an object, got null',
    ]);
    expect(lines(problemsOfSegment('user', all))).toEqual([
      '/when/any/0/segment: segment "broken" cannot be used: condition must be an object, got null',
    ]);
    expect(lines(problemsOfSegment('gone', all))).toEqual([
      ': segment must be an object, got nothing',
    ]);
  });

  test('contain the cycle that it is part of', () => {
    const all = { a: segment('x', 'b'), b: segment('c'), c: segment('b'), x: segment() };
    expect(findSegmentCycle(all, 'x')).toBeUndefined();
    expect(findSegmentCycle(all, 'b')).toEqual(['b', 'c']);
    expect(findSegmentCycle(all, 'a')).toEqual(['b', 'c']);
    expect(lines(problemsOfSegment('a', all))).toEqual([
      '/when: segments run in a cycle: "b", "c"',
    ]);
  });

  test('contain its cost when segments name each other many times over', () => {
    const all: Record<string, unknown> = { s0: { when: leaf } };
    for (let index = 1; index <= 9; index++) {
      all[`s${index}`] = segment(...Array.from({ length: 100 }, () => `s${index - 1}`));
    }
    expect(lines(problemsOfSegment('s2', all))).toEqual([]);
    expect(lines(problemsOfSegment('s3', all))).toEqual([
      '/when: condition must cost at most 100000 tests, got 1000000',
    ]);
    const rule = { id: 'r', when: { segment: 's9' }, serve: { variant: 'on' } };
    const ruleset = { flags: { flag: { ...flag, rules: [rule] } }, segments: all };
    const compiled = compile(ruleset as unknown as Ruleset);
    expect(evaluate(compiled, 'flag', false, {}).reason).toBe('DEFAULT');
  });
});

test('cycles and chains of parents are reported in order', () => {
  const all = {
    a: { parent: 'b' },
    b: { parent: 'c' },
    c: { parent: 'b' },
    d: {},
    e: { parent: 'x' },
  };
  expect(findParentCycle(all, 'a')).toEqual(['b', 'c']);
  expect(findParentCycle(all, 'c')).toEqual(['c', 'b']);
  expect(findParentCycle(all, 'd')).toBeUndefined();
  expect(findParentCycle(all, 'e')).toBeUndefined();
  expect(findParentCycle(all, '__proto__')).toBeUndefined();
  expect(parentChainLength(all, 'd')).toBe(0);
  expect(parentChainLength(all, 'e')).toBe(0);
  expect(parentChainLength(chainOf(40), 'c-40')).toBe(40);
});

test.each([
  ['a', true],
  ['0', true],
  ['checkout.v2:a_b-c', true],
  ['a'.repeat(100), true],
  ['a'.repeat(101), false],
  ['', false],
  ['-a', false],
  ['.a', false],
  ['a b', false],
  ['a/b', false],
  ['ä', false],
  ['a\n', false],
  ['__proto__', false],
  ['constructor', false],
  ['prototype', false],
  ['toString', true],
  [5, false],
])('the check whether %j is a key returns %s', (key, isExpected) => {
  expect(isValidKey(key)).toBe(isExpected);
});

describe('checking and compiling agree', () => {
  const everybody = { all: [] };

  test('on a condition: one without issues compiles', () => {
    fc.assert(
      fc.property(conditions, segments, contexts, (when, segment, context) => {
        const all = { a: segment };
        if (problemsOfCondition(when, all).length > 0) return;
        const both = { any: [everybody, when] };
        const rule = { id: 'r', when: both, serve: { variant: 'on' } };
        const ruleset = { flags: { flag: { ...flag, rules: [rule] } }, segments: all };
        const compiled = compile(ruleset as unknown as Ruleset);
        expect(evaluate(compiled, 'flag', false, context as never).reason).toBe('TARGETING_MATCH');
      }),
      runs(500),
    );
  });

  test('on a rule: one without issues applies to some context', () => {
    fc.assert(
      fc.property(rules, (rule) => {
        const open = { ...(rule as object), when: everybody, rollout: { to: 100 } };
        if (problemsOfRule(open, flag, {}).length > 0) return;
        const ruleset = { flags: { flag: { ...flag, rules: [open] } } } as unknown as Ruleset;
        const details = evaluate(compile(ruleset), 'flag', false, { targetingKey: 'user-1' });
        expect(details.reason).toBe('SPLIT');
      }),
      runs(500),
    );
  });

  test('on a flag: one without issues never evaluates to an error', () => {
    fc.assert(
      fc.property(flags, contexts, (checked, context) => {
        const all = { checked };
        if (problemsOfFlag('checked', { flags: all, segments: {} }).length > 0) return;
        const compiled = compile({ flags: all, segments: {} } as unknown as Ruleset);
        const details = evaluate<unknown>(compiled, 'checked', undefined, context as never);
        expect(details.errorCode).toBeUndefined();
      }),
      runs(1_000),
    );
  });

  test('on the conformance cases: every malformed part has an issue', () => {
    const groups = conformanceGroups().filter(({ name }) => name.startsWith('malformed'));
    for (const { ruleset } of groups) {
      for (const key of Object.keys(ruleset.flags)) {
        const fine = ['fine', 'extra-serve', 'child-of-malformed', 'child-of-null'];
        if (fine.includes(key)) continue;
        expect([key, lines(problemsOfFlag(key, ruleset))]).not.toEqual([key, []]);
      }
    }
  });
});

function chainOf(length: number): Record<string, object> {
  const chain: Record<string, object> = { 'c-0': flag };
  for (let index = 1; index <= length; index++) {
    chain[`c-${index}`] = { ...flag, parent: `c-${index - 1}` };
  }
  return chain;
}
