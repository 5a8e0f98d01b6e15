import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedFields, isSame } from './changed-fields.js';

describe('changedFields', () => {
  it('returns the pointer of each field that differs', () => {
    const before = { name: 'a', variants: { on: true, off: false }, tags: ['x'] };
    const after = { name: 'b', variants: { on: true, 'a/b': 1 }, tags: ['x', 'y'] };
    expect(changedFields(before, after)).toEqual([
      { path: '/name', before: 'a', after: 'b' },
      { path: '/variants/off', before: false, after: null },
      { path: '/variants/a~1b', before: null, after: 1 },
      { path: '/tags', before: ['x'], after: ['x', 'y'] },
    ]);
  });

  it('matches rules by id and reports moves separately', () => {
    const staff = { id: 'staff', serve: { variant: 'on' } };
    const ramp = (to: number) => ({ id: 'ramp', rollout: { to }, serve: { variant: 'on' } });
    expect(changedFields({ rules: [staff, ramp(5)] }, { rules: [ramp(10), staff] })).toEqual([
      { path: '/rules/ramp/rollout/to', before: 5, after: 10 },
      { path: '/rules/order', before: ['staff', 'ramp'], after: ['ramp', 'staff'] },
    ]);
    expect(changedFields({ rules: [staff] }, { rules: [ramp(5), staff] })).toEqual([
      { path: '/rules/ramp', before: null, after: ramp(5) },
    ]);
  });

  it('reports lists with repeated ids as a whole', () => {
    const twice = [{ id: 'a' }, { id: 'a' }];
    expect(changedFields({ rules: twice }, { rules: [] })).toEqual([
      { path: '/rules', before: twice, after: [] },
    ]);
  });

  it('ignores bookkeeping fields, and returns nothing when a side is missing', () => {
    expect(changedFields({ version: 1, updatedAt: 'x' }, { version: 2, updatedAt: 'y' })).toEqual(
      [],
    );
    expect(changedFields(null, { name: 'a' })).toEqual([]);
    expect(changedFields({ name: 'a' }, null)).toEqual([]);
  });

  it('returns no field for equal documents and at least one for different ones', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        expect(changedFields({ a }, { a: structuredClone(a) })).toEqual([]);
        expect(changedFields({ a }, { a: b }).length === 0).toBe(isSame(a, b));
      }),
    );
  });
});

describe('isSame', () => {
  it('compares times by the moment that they denote', () => {
    const noon = '2026-01-31T12:00:00.000Z';
    expect(isSame({ at: new Date(noon) }, { at: new Date(noon) })).toBe(true);
    expect(isSame({ at: new Date(noon) }, { at: new Date('2026-01-31T12:00:00.001Z') })).toBe(
      false,
    );
    expect(isSame({ at: new Date(noon) }, { at: null })).toBe(false);
    expect(isSame({ at: new Date(noon) }, { at: {} })).toBe(false);
  });
});
