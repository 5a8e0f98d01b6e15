import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedFields, isSame } from './changed-fields.js';

describe('changedFields', () => {
  it('names each field that differs, by its pointer', () => {
    const before = { name: 'a', variants: { on: true, off: false }, tags: ['x'] };
    const after = { name: 'b', variants: { on: true, 'a/b': 1 }, tags: ['x', 'y'] };
    expect(changedFields(before, after)).toEqual([
      { path: '/name', before: 'a', after: 'b' },
      { path: '/variants/off', before: false, after: null },
      { path: '/variants/a~1b', before: null, after: 1 },
      { path: '/tags', before: ['x'], after: ['x', 'y'] },
    ]);
  });

  it('tells rules apart by id, and says separately that they were moved', () => {
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

  it('shows lists with repeated ids whole', () => {
    const twice = [{ id: 'a' }, { id: 'a' }];
    expect(changedFields({ rules: twice }, { rules: [] })).toEqual([
      { path: '/rules', before: twice, after: [] },
    ]);
  });

  it('leaves out bookkeeping, and everything when a side is missing', () => {
    expect(changedFields({ version: 1, updatedAt: 'x' }, { version: 2, updatedAt: 'y' })).toEqual(
      [],
    );
    expect(changedFields(null, { name: 'a' })).toEqual([]);
    expect(changedFields({ name: 'a' }, null)).toEqual([]);
  });

  it('finds nothing in two equal documents and something in two that differ', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        expect(changedFields({ a }, { a: structuredClone(a) })).toEqual([]);
        expect(changedFields({ a }, { a: b }).length === 0).toBe(isSame(a, b));
      }),
    );
  });
});

describe('isSame', () => {
  it('compares times by the moment that they name', () => {
    const noon = '2026-01-31T12:00:00.000Z';
    expect(isSame({ at: new Date(noon) }, { at: new Date(noon) })).toBe(true);
    expect(isSame({ at: new Date(noon) }, { at: new Date('2026-01-31T12:00:00.001Z') })).toBe(
      false,
    );
    expect(isSame({ at: new Date(noon) }, { at: null })).toBe(false);
    expect(isSame({ at: new Date(noon) }, { at: {} })).toBe(false);
  });
});
