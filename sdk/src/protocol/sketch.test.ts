import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeSketch, encodeSketch, Sketch } from './sketch.js';

const latencies = fc.array(fc.double({ min: 1, max: 60_000, noNaN: true }), {
  minLength: 1,
  maxLength: 400,
});
const settings = { numRuns: 300, seed: 1 };

function sketchOf(values: readonly number[]): Sketch {
  const sketch = new Sketch();
  for (const value of values) sketch.add(value);
  return sketch;
}

describe('a sketch', () => {
  it('returns every quantile of a sorted list within 1 %', () => {
    fc.assert(
      fc.property(latencies, fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
        const sorted = [...values].sort((a, b) => a - b);
        const exact = sorted[Math.floor(q * (sorted.length - 1))] as number;
        const told = sketchOf(values).quantile(q) as number;
        expect(Math.abs(told - exact) / exact).toBeLessThanOrEqual(0.0101);
      }),
      settings,
    );
  });

  it('is the same for any grouping and order of its values', () => {
    fc.assert(
      fc.property(latencies, latencies, (one, other) => {
        const together = sketchOf([...one, ...other].reverse());
        const merged = sketchOf(one);
        merged.merge(sketchOf(other));
        expect(encodeSketch(merged)).toBe(encodeSketch(together));
        expect(merged.count).toBe(one.length + other.length);
      }),
      settings,
    );
  });

  it('survives encoding, and its text stays small', () => {
    fc.assert(
      fc.property(latencies, (values) => {
        const text = encodeSketch(sketchOf(values));
        const back = decodeSketch(text) as Sketch;
        expect(encodeSketch(back)).toBe(text);
        expect(back.count).toBe(values.length);
        expect(text.length).toBeLessThan(6_000);
      }),
      settings,
    );
  });

  it('has a fixed text format, because different versions exchange it', () => {
    const values = [0.2, 1, 7, 7.01, 250, 250, 90_000, Number.NaN, Number.POSITIVE_INFINITY];
    expect(encodeSketch(sketchOf(values))).toBe(':2,2p:2,4y:2,7l:2');
    expect(encodeSketch(new Sketch())).toBe('');
  });

  it('counts values outside its range at the edges and has no quantile when empty', () => {
    const sketch = sketchOf([-5, 0, 1e9]);
    expect(sketch.quantile(0)).toBeCloseTo(1, 1);
    expect((sketch.quantile(1) as number) / 60_000).toBeCloseTo(1, 1);
    expect(new Sketch().quantile(0.5)).toBeNull();
  });

  it.each([':', 'x', '1:0', ':-1', '0:1', ':1,', 'zz:1', ':zzzzzzzzzzz,:1', '1:1 ', ':1.5', '1'])(
    'is rejected when the text is %j',
    (text) => {
      expect(decodeSketch(text)).toBeNull();
    },
  );

  it('is decoded from any text without throwing', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => decodeSketch(text)).not.toThrow();
      }),
      settings,
    );
  });
});
