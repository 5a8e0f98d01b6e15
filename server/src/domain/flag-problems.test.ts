import { describe, expect, it } from 'vitest';
import { problemsOfConfig, problemsOfNewFlag, problemsOfVariants } from './flag-problems.js';

const flag = {
  ...{ key: 'awesome', type: 'boolean' as const, seed: 'awesome' },
  variants: { on: true, off: false },
};
const config = {
  ...{ status: 'conditional', parent: null },
  ...{ offVariant: 'off', onVariant: 'on', defaultVariant: 'off', rules: [] },
};
const alone = { parents: new Map(), segments: new Map() };
const chain = (length: number) =>
  new Map(
    Array.from({ length }, (_, index) => [`f${index}`, index === 0 ? null : `f${index - 1}`]),
  );

describe('problemsOfConfig', () => {
  it('finds no issue in a config that evaluation can use', () => {
    const segments = new Map([['staff', { attribute: 'a', operator: 'exists', values: [] }]]);
    const rules = [
      { id: 'staff', when: { segment: 'staff' }, serve: { variant: 'on' } },
      { id: 'half', rollout: { from: 0, to: 50, by: 'company' }, serve: { variant: 'on' } },
      { id: 'split', serve: { split: { on: 1, off: 99 } } },
    ];
    const parents = chain(32);
    const proposed = { ...config, rules, parent: 'f31' };
    expect(problemsOfConfig(flag, proposed, { parents, segments: segments as never })).toEqual([]);
  });

  it('counts the flags below the one that moves', () => {
    const parents = new Map([...chain(32), ['awesome', null], ['child', 'awesome']]);
    const proposed = { ...config, parent: 'f31' };
    expect(problemsOfConfig(flag, proposed, { ...alone, parents })).toEqual([
      { pointer: '/parent', message: 'flag "child" would have more than 32 parents above it' },
    ]);
  });

  it('finds a missing segment that is referenced through other segments', () => {
    const segments = new Map([['a', { not: { segment: 'b' } }]]);
    const rules = [{ id: 'r', when: { segment: 'a' }, serve: { variant: 'on' } }];
    const problems = problemsOfConfig(flag, { ...config, rules }, { ...alone, segments });
    expect(problems).toMatchObject([{ pointer: '/rules/0/when/segment' }]);
  });

  it('rejects numbers that would be stored as null', () => {
    const when = { attribute: 'n', operator: 'in', values: [1, Number.POSITIVE_INFINITY] } as const;
    const rules = [{ id: 'r', when, serve: { variant: 'on' } }];
    expect(problemsOfConfig(flag, { ...config, rules }, alone)).toContainEqual({
      pointer: '/rules/0/when/values/1',
      message: 'number is too large to be kept',
    });
  });
});

describe('problemsOfNewFlag', () => {
  it('requires at least one variant', () => {
    const nothing = { offVariant: '', onVariant: null, defaultVariant: null };
    expect(problemsOfNewFlag({ type: 'json', variants: {} }, nothing)).toEqual([
      { pointer: '/variants', message: 'a flag of type json needs at least one variant' },
    ]);
  });
});

describe('problemsOfVariants', () => {
  it('ignores which variant is served', () => {
    expect(problemsOfVariants('boolean', { on: true, off: false })).toEqual([]);
    expect(problemsOfVariants('json', { a: null, b: [1], c: { d: 1 } })).toEqual([]);
  });

  it('reports values of another type and infinite numbers', () => {
    const variants = { a: 1, b: '2', c: Number.NEGATIVE_INFINITY };
    const pointers = problemsOfVariants('number', variants).map((problem) => problem.pointer);
    expect(pointers.sort()).toEqual(['/variants/b', '/variants/c']);
  });
});
