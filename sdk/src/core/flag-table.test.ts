import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../test/conformance/property-runs.js';
import { CompiledFlag } from './compiled-flag.js';
import { SegmentTable } from './conditions/segment-table.js';
import { FlagTable } from './flag-table.js';

const KEYS = ['a', 'b', 'c', '__proto__'];
const segments = SegmentTable.of({});

const flag = (key: string, parent?: string) => new CompiledFlag(key, { parent }, segments);
const tableOf = (...flags: CompiledFlag[]) =>
  new FlagTable(new Map(flags.map((each) => [each.key, each])));

function contentOf(table: FlagTable): unknown {
  const byKey = KEYS.map((key) => [table.get(key), table.has(key)]);
  return { byKey, size: table.size, all: new Map(table), list: new Set(table.list()) };
}

describe('a flag table', () => {
  it('stays unchanged while new tables are made from it and its successors', () => {
    const change = fc.record({
      from: fc.nat(),
      entries: fc.array(fc.tuple(fc.constantFrom(...KEYS), fc.boolean()), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 8 }), (changes) => {
        const tables = [tableOf(flag('a'), flag('b'))];
        const expected = [contentOf(tables[0]!)];
        for (const { from, entries } of changes) {
          const base = from % tables.length;
          const made = new Map(
            entries.map(([key, isGone]) => [key, isGone ? undefined : flag(key)]),
          );
          const whole = new Map(tables[base]!);
          for (const [key, value] of made) {
            if (value === undefined) whole.delete(key);
            else whole.set(key, value);
          }
          tables.push(tables[base]!.with(made));
          expected.push(contentOf(new FlagTable(whole)));
        }
        expect(tables.map(contentOf)).toEqual(expected);
      }),
      runs(300),
    );
  });

  it('lists the flags replaced since the previous table and since any other', () => {
    const first = tableOf(flag('a'), flag('b'));
    const second = first.with(new Map([['a', flag('a')]]));
    const third = second.with(new Map([['b', undefined]]));
    expect([...second.replacedSince(first)]).toEqual(['a']);
    expect([...third.replacedSince(first)]).toEqual(['a', 'b']);
    expect([...first.replacedSince(third)]).toEqual(['a', 'b']);
    expect([...third.replacedSince(third)]).toEqual([]);
    expect([...first.replacedSince(undefined)]).toEqual(['a', 'b']);
  });

  it('lists the flags below a replaced parent, at any depth and in a cycle', () => {
    const first = tableOf(flag('a'), flag('b', 'a'), flag('c', 'b'), flag('d'));
    const second = first.with(new Map([['a', flag('a', 'c')]]));
    expect([...second.changedSince(first)].sort()).toEqual(['a', 'b', 'c']);
    const third = second.with(new Map([['d', undefined]]));
    expect([...third.changedSince(second)]).toEqual(['d']);
  });
});
