import { describe, expect, it } from 'vitest';
import { readRows, toRows } from './variant-rows.js';

describe('rows of variants', () => {
  it.each([
    ['string', { a: 'one line\nand another', b: '' }],
    ['number', { a: 1, b: 0.5 }],
    ['json', { a: { deep: [1, null] }, b: null }],
  ] as const)('read back what %s variants they show', (type, variants) => {
    expect(readRows(toRows(variants, type), type).variants).toEqual(variants);
  });

  it('report each problem at its row', () => {
    const rows = [
      { name: 'a', text: '1' },
      { name: 'a', text: 'x' },
      { name: ' ', text: '2' },
    ];
    const { problems } = readRows(rows, 'number');
    expect(problems.get(0)).toBeUndefined();
    expect(problems.get(1)).toEqual([
      'Variant “a” is there twice.',
      'Value: expected a number, got “x”.',
    ]);
    expect(problems.get(2)).toEqual(['A variant needs a name.']);
  });
});
