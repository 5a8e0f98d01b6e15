import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPgArray, writePgArray } from './pg-array.js';

describe('a list in the notation of PostgreSQL', () => {
  test.each([
    [[], '{}'],
    [['a', 'b c'], '{"a","b c"}'],
    [['', 'NULL', null], '{"","NULL",NULL}'],
    [['say "hi"', 'back\\slash', 'a,b', '{}'], '{"say \\"hi\\"","back\\\\slash","a,b","{}"}'],
  ])('%j is %s', (items, text) => {
    expect(writePgArray(items)).toBe(text);
    expect(readPgArray(text)).toEqual(items);
  });

  test('may leave out quotes, as the database does', () => {
    expect(readPgArray('{a,NULL,1.5,"b c"}')).toEqual(['a', null, '1.5', 'b c']);
  });

  test('is left alone when it is written already', () => {
    expect(writePgArray('{a}')).toBe('{a}');
  });

  test('reads back as it was written', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.string({ unit: 'binary' }))), (items) => {
        expect(readPgArray(writePgArray(items))).toEqual(items);
      }),
    );
  });
});
