import { describe, expect, test } from 'vitest';
import { compile } from './compile.js';
import type { EvaluationContext } from './context.js';
import { evaluate, isActive, isActiveDetails, resolve } from './evaluate.js';
import type { Rule, Ruleset } from './ruleset.js';

const INSIDE = { targetingKey: 'user-1' };
const OUTSIDE = { targetingKey: 'user-2' };
const serve = { variant: 'on' };
const release = { id: 'rel-1', phase: 1 };
const ramp: Rule = { id: 'ramp', rollout: { to: 39 }, serve, release };

const flag = {
  type: 'boolean',
  seed: 'awesome',
  variants: { on: true, off: false },
  offVariant: 'off',
  onVariant: 'on',
  status: 'conditional',
};

function compiledOf(flags: Record<string, unknown>) {
  return compile({ flags, segments: {} } as unknown as Ruleset);
}

test('a ruleset keeps its source, epoch and revision', () => {
  const ruleset = { epoch: 'e', revision: 7, at: 12, flags: {}, segments: {} };
  const compiled = compile(ruleset as unknown as Ruleset);
  expect(compiled).toMatchObject({ epoch: 'e', revision: 7, at: 12 });
  expect(compiled.ruleset).toBe(ruleset);
  const nothing = compile({ epoch: 5, revision: 'x' } as unknown as Ruleset);
  expect(nothing).toMatchObject({ epoch: '', revision: 0, at: 0 });
});

test('repeated evaluations return the identical object', () => {
  const text = { ...flag, type: 'string', variants: { on: 'x', off: '' } };
  const compiled = compiledOf({
    ramp: { ...flag, rules: [ramp] },
    child: { ...flag, status: 'on', parent: 'ramp' },
    text: { ...text, rules: [{ id: 'r', serve }] },
  });
  for (const [key, byDefault] of [
    ['ramp', false],
    ['child', false],
    ['text', ''],
  ] as const) {
    for (const context of [INSIDE, OUTSIDE]) {
      const first = evaluate<unknown>(compiled, key, byDefault, context);
      expect(evaluate<unknown>(compiled, key, byDefault, context)).toBe(first);
      const active = isActiveDetails(compiled, key, context);
      expect(isActiveDetails(compiled, key, context)).toBe(active);
    }
  }
});

test('a caller cannot change a value for the next caller', () => {
  const variants = { on: { list: [{ a: 1 }] }, off: {} };
  const compiled = compiledOf({ flag: { ...flag, type: 'json', variants, status: 'on' } });
  const { value } = evaluate(compiled, 'flag', { list: [{ a: 0 }] });
  expect(() => value.list.push({ a: 2 })).toThrow(TypeError);
  expect(() => Object.assign(value.list[0]!, { a: 2 })).toThrow(TypeError);
  expect(Object.isFrozen(variants.on)).toBe(false);
  variants.on.list.length = 0;
  expect(evaluate<unknown>(compiled, 'flag', {}).value).toEqual({ list: [{ a: 1 }] });
});

test('a clock can replace the time, and only date rules read it', () => {
  let askedCount = 0;
  const clock = () => {
    askedCount++;
    return Date.parse('2026-06-01T00:00:00Z');
  };
  const when = { attribute: 'now', operator: 'after', values: ['2026-01-01T00:00:00Z'] };
  const compiled = compiledOf({
    dated: { ...flag, rules: [{ id: 'r', when, serve }] },
    plain: { ...flag, rules: [ramp] },
  });
  expect(isActive(compiled, 'plain', INSIDE, false, clock)).toBe(true);
  expect(askedCount).toBe(0);
  expect(isActive(compiled, 'dated', INSIDE, false, clock)).toBe(true);
  expect(isActive(compiled, 'dated', { now: 0 }, false, clock)).toBe(false);
  expect(askedCount).toBe(1);
});

test('isActive accepts a key without a context', () => {
  const compiled = compiledOf({ flag: { ...flag, status: 'on' } });
  expect(isActive(compiled, 'flag')).toBe(true);
  expect(isActive(compiled, 'gone')).toBe(false);
  expect(isActive(compiled, 'gone', undefined, true)).toBe(true);
});

describe('active details', () => {
  const variants = { on: 'x', off: '' };
  const compiled = compiledOf({
    text: { ...flag, type: 'string', variants, rules: [ramp] },
    broken: { ...flag, status: 'on', onVariant: 'gone' },
  });

  test('contain whether a flag of another type is active, and the reason', () => {
    expect(isActiveDetails(compiled, 'text', INSIDE)).toEqual({
      value: true,
      variant: 'on',
      reason: 'SPLIT',
      ruleId: 'ramp',
      releases: [{ flag: 'text', id: 'rel-1', phase: 1, arm: 'treatment' }],
    });
    expect(isActiveDetails(compiled, 'text', OUTSIDE)).toEqual({
      value: false,
      variant: 'off',
      reason: 'DEFAULT',
      releases: [{ flag: 'text', id: 'rel-1', phase: 1, arm: 'control' }],
    });
  });

  test('contain the default of the caller on an error', () => {
    expect(isActiveDetails(compiled, 'broken', {}, true)).toEqual({
      value: true,
      reason: 'ERROR',
      errorCode: 'GENERAL',
    });
    expect(isActiveDetails(compiled, 'gone', {}, true).errorCode).toBe('FLAG_NOT_FOUND');
  });
});

describe('a missing unit', () => {
  const by = (attribute: string) => ({ to: 50, by: attribute });
  const compiled = compiledOf({
    ramp: { ...flag, rules: [ramp] },
    split: { ...flag, rules: [{ id: 'r', serve: { split: { on: 1 } } }] },
    ruled: { ...flag, rules: [{ ...ramp, when: leaf('vip') }] },
    taken: { ...flag, rules: [{ id: 'first', when: leaf('vip'), serve }, ramp] },
    account: { ...flag, rules: [{ id: 'r', rollout: by('account.id'), serve }] },
    second: { ...flag, rules: [ramp, { id: 'r', rollout: by('account.id'), serve }] },
    off: { ...flag, status: 'off', rules: [ramp] },
    killed: { ...flag, killed: true, rules: [ramp] },
    child: { ...flag, parent: 'off', rules: [ramp] },
    'child-of-ramp': { ...flag, parent: 'ramp', rules: [{ id: 'r', rollout: by('ip'), serve }] },
  });

  test.each([
    ['a rule that was reached', 'ramp', {}, 'targetingKey'],
    ['an unusable unit', 'ramp', { targetingKey: true }, 'targetingKey'],
    ['a usable unit', 'ramp', INSIDE, undefined],
    ['a split', 'split', {}, 'targetingKey'],
    ['a rule whose condition fails', 'ruled', {}, undefined],
    ['a rule whose condition holds', 'ruled', { vip: true }, 'targetingKey'],
    ['a rule behind the one that was taken', 'taken', { vip: true }, undefined],
    ['a unit of another name', 'account', INSIDE, 'account.id'],
    ['a second rule, the first having been taken', 'second', INSIDE, undefined],
    ['a second rule, the first having been left', 'second', OUTSIDE, 'account.id'],
    ['a flag that is off', 'off', {}, undefined],
    ['a killed flag', 'killed', {}, undefined],
    ['a flag behind a parent that is off', 'child', {}, undefined],
    ['a flag behind an active parent', 'child-of-ramp', INSIDE, 'ip'],
    ['a flag behind an inactive parent', 'child-of-ramp', OUTSIDE, undefined],
    ['an unknown flag', 'gone', {}, undefined],
  ])('is reported correctly for %s', (_, key, context, expected) => {
    const { missingUnit } = resolve(compiled, key, context as EvaluationContext, 0);
    expect(missingUnit).toBe(expected);
  });
});

function leaf(attribute: string) {
  return { attribute, operator: 'exists', values: [] } as const;
}
