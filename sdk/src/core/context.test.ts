import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { compile } from './compile.js';
import { attributeReader, readAttribute, readUnit } from './context.js';
import { isActive } from './evaluate.js';
import type { Ruleset } from './ruleset.js';

class Account {
  plan = 'pro';
  get country(): string {
    return 'NL';
  }
}

const read = (context: object, name: string) => readAttribute(context, attributeReader(name));

test('an attribute that is undefined is missing, so its path is tried', () => {
  expect(read({ 'a.b': undefined, a: { b: 1 } }, 'a.b')).toBe(1);
  expect(read({ 'a.b': null, a: { b: 1 } }, 'a.b')).toBe(null);
});

test('own properties of any object are attributes, and inherited ones are not', () => {
  expect(read(new Account(), 'plan')).toBe('pro');
  expect(read(new Account(), 'country')).toBeUndefined();
  expect(read(Object.assign(new Account(), { a: { b: 1 } }), 'a.b')).toBe(1);
  expect(read(Object.create({ plan: 'pro' }), 'plan')).toBeUndefined();
  expect(read(Object.assign(Object.create(null), { plan: 'pro' }), 'plan')).toBe('pro');
});

test('an inherited targeting key is not a unit, even if a library changed Object.prototype', () => {
  const unitOf = (context: object) => readUnit(context, attributeReader('targetingKey'));
  const polluted = Object.prototype as { targetingKey?: string };
  expect(unitOf({ targetingKey: 'own' })).toBe('own');
  expect(unitOf(runInNewContext('({ targetingKey: "own" })'))).toBe('own');
  expect(unitOf(Object.assign(Object.create(null), { targetingKey: 1 }))).toBe('1');
  expect(unitOf(Object.create({ targetingKey: 'inherited' }))).toBe('');
  polluted.targetingKey = 'inherited';
  try {
    expect(unitOf({})).toBe('');
    expect(unitOf({ targetingKey: 'own' })).toBe('own');
  } finally {
    delete polluted.targetingKey;
  }
});

test('paths traverse only plain objects, of any realm', () => {
  expect(read({ account: new Account() }, 'account.plan')).toBeUndefined();
  expect(read({ account: new Map([['plan', 'pro']]) }, 'account.plan')).toBeUndefined();
  expect(read({ account: Object.assign(Object.create(null), { plan: 1 }) }, 'account.plan')).toBe(
    1,
  );
  expect(read(runInNewContext('({ account: { plan: 1 } })'), 'account.plan')).toBe(1);
  expect(read(runInNewContext('({ account: [1] })'), 'account.0')).toBeUndefined();
});

describe('a unit', () => {
  const unitOf = (value: unknown) => readUnit({ value }, attributeReader('value'));

  test('is the string itself, or the text of a finite number', () => {
    expect(unitOf('user-1')).toBe('user-1');
    expect(unitOf(' ')).toBe(' ');
    expect(unitOf(42)).toBe('42');
    expect(unitOf(-0)).toBe('0');
    expect(unitOf(1e21)).toBe('1e+21');
    expect(unitOf(0.1)).toBe('0.1');
  });

  test('is the ISO text of a valid date, as after JSON serialization', () => {
    const date = new Date('2026-01-01T00:00:00Z');
    expect(unitOf(date)).toBe('2026-01-01T00:00:00.000Z');
    expect(unitOf(JSON.parse(JSON.stringify(date)))).toBe(unitOf(date));
  });

  test.each([
    ['missing', undefined],
    ['null', null],
    ['empty', ''],
    ['true', true],
    ['not a number', Number.NaN],
    ['infinite', Number.POSITIVE_INFINITY],
    ['a BigInt', 1n],
    ['a symbol', Symbol('user-1')],
    ['a list', ['user-1']],
    ['an object', { toString: () => 'user-1' }],
    ['an invalid date', new Date(Number.NaN)],
    ['a function', () => 'user-1'],
    ['a string object', new String('user-1')],
  ])('does not exist for a value that is %s', (_, value) => {
    expect(unitOf(value)).toBe('');
  });
});

describe('an attribute value that JSON cannot express', () => {
  const date = new Date('2026-01-01T00:00:00Z');
  test.each([
    ['a date counts as its ISO text', 'in', ['2026-01-01T00:00:00.000Z'], date, true],
    ['a date in a list does, too', 'in', ['2026-01-01T00:00:00.000Z'], [date], true],
    ['a date can be before', 'before', ['2026-01-01T00:00:01Z'], date, true],
    [
      'a date beyond four digits of year is no date-time',
      'after',
      ['2026-01-01T00:00:00Z'],
      new Date(8.64e15),
      false,
    ],
    ['an invalid date matches nothing', 'contains', [''], new Date(Number.NaN), false],
    ['an invalid date is there', 'exists', [], new Date(Number.NaN), true],
    ['a BigInt matches nothing', 'in', [1], 1n, false],
    ['a BigInt is not compared', 'greaterThan', [0], 1n, false],
    ['a BigInt is there', 'exists', [], 1n, true],
    ['not a number equals nothing', 'in', [Number.NaN], Number.NaN, false],
    ['not a number is not compared', 'lessThan', [1], Number.NaN, false],
    ['infinity is not compared', 'greaterThan', [1], Number.POSITIVE_INFINITY, false],
    ['infinity equals itself', 'in', [Number.POSITIVE_INFINITY], Number.POSITIVE_INFINITY, true],
    ['infinity is no instant', 'after', ['2026-01-01T00:00:00Z'], Number.POSITIVE_INFINITY, false],
    ['undefined is missing', 'exists', [], undefined, false],
    ['a function is there', 'exists', [], () => 1, true],
    ['a symbol matches nothing', 'in', ['a'], Symbol('a'), false],
    ['a string object is no string', 'in', ['a'], new String('a'), false],
    ['a set is no list', 'in', ['a'], new Set(['a']), false],
  ])('%s', (_, operator, values, value, isExpected) => {
    const rule = { id: 'r', when: { attribute: 'x', operator, values }, serve: { variant: 'on' } };
    const flag = {
      type: 'boolean',
      seed: 'seed',
      variants: { on: true, off: false },
      offVariant: 'off',
      status: 'conditional',
      rules: [rule],
    };
    const compiled = compile({ flags: { flag } } as unknown as Ruleset);
    expect(isActive(compiled, 'flag', { x: value })).toBe(isExpected);
  });
});
