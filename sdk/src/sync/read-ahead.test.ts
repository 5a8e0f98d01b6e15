import { describe, expect, it } from 'vitest';
import { rulesetOf } from '../../../test/support/rulesets.js';
import { applyChanges, type CompiledRuleset, compile } from '../core/index.js';
import type { Flag, Ruleset } from '../core/ruleset.js';
import { ManualClock } from '../testing/index.js';
import { ReadAhead } from './read-ahead.js';

/** Advances a millisecond per reading, so a slice ends after a few flags. */
class SlowClock extends ManualClock {
  #extra = 0;
  override monotonic(): number {
    this.#extra += 1;
    return super.monotonic() + this.#extra;
  }
}

let read: string[] = [];

/** Records when its definition is read. */
function flag(name: string, operator = 'matches'): Flag {
  const source = {
    type: 'boolean',
    seed: name,
    variants: { on: true, off: false },
    onVariant: 'on',
    status: 'conditional',
    rules: [
      { id: 'r', when: { attribute: 'x', operator, values: ['a'] }, serve: { variant: 'on' } },
    ],
  };
  return Object.defineProperty(source, 'offVariant', {
    enumerable: true,
    get() {
      read.push(name);
      return 'off';
    },
  }) as unknown as Flag;
}

function compiledOf(...names: string[]): CompiledRuleset {
  read = [];
  return compile(rulesetOf({ flags: Object.fromEntries(names.map((name) => [name, flag(name)])) }));
}

const namesRead = () => [...new Set(read)].sort();

describe('reading ahead', () => {
  it('reads all flags in slices and then sets no more timers', () => {
    const clock = new SlowClock();
    const names = Array.from({ length: 10 }, (_, index) => `f${index}`);
    const { flags } = compiledOf(...names);
    new ReadAhead(clock).begin(flags);
    expect(read).toEqual([]);
    clock.advance(5);
    expect(namesRead().length).toBeGreaterThan(0);
    expect(namesRead().length).toBeLessThan(5);
    clock.advance(1_000);
    expect(namesRead()).toEqual(names);
    expect(clock.pending).toEqual([]);
  });

  it('skips a flag that is fast to read', () => {
    const clock = new ManualClock();
    read = [];
    const flags = { slow: flag('slow'), fast: flag('fast', 'in') };
    new ReadAhead(clock).begin(compile(rulesetOf({ flags })).flags);
    clock.advance(100);
    expect(namesRead()).toEqual(['slow']);
  });

  it('reads a flag with a costly segment at any depth, or with many values', () => {
    const clock = new ManualClock();
    read = [];
    const values = Array.from({ length: 101 }, (_, index) => `v${index}`);
    const segments: Ruleset['segments'] = {
      outer: { when: { any: [{ not: { segment: 'inner' } }] } },
      inner: { when: { attribute: 'x', operator: 'in', values } },
      cheap: { when: { any: [{ segment: 'cheap' }, { segment: 'missing' }] } },
    };
    const behind = (name: string, segment: string) =>
      Object.assign(flag(name), {
        rules: [{ id: 'r', when: { segment }, serve: { variant: 'on' } }],
      });
    const flags = { a: behind('a', 'outer'), b: behind('b', 'cheap'), c: behind('c', 'missing') };
    new ReadAhead(clock).begin(compile({ ...rulesetOf({ flags }), segments }).flags);
    clock.advance(100);
    expect(namesRead()).toEqual(['a']);
  });

  it('reads only the flags that a newer revision replaced, once all others are read', () => {
    const clock = new ManualClock();
    const readAhead = new ReadAhead(clock);
    const compiled = compiledOf('a', 'b');
    readAhead.begin(compiled.flags);
    clock.advance(100);
    read = [];
    const flags = { b: flag('b2'), c: flag('c') };
    readAhead.begin(applyChanges(compiled, { revision: 2, at: 0, flags, segments: {} }).flags);
    clock.advance(100);
    expect(namesRead()).toEqual(['b2', 'c']);
  });

  it('stops reading older rules when newer rules arrive', () => {
    const clock = new ManualClock();
    const readAhead = new ReadAhead(clock);
    const compiled = compiledOf('a', 'b');
    readAhead.begin(compiled.flags);
    const flags = { a: flag('a2') };
    readAhead.begin(applyChanges(compiled, { revision: 2, at: 0, flags, segments: {} }).flags);
    clock.advance(100);
    expect(namesRead()).toEqual(['a2', 'b']);
  });

  it('stops when it is closed', () => {
    const clock = new ManualClock();
    const readAhead = new ReadAhead(clock);
    const { flags } = compiledOf('a');
    readAhead.begin(flags);
    readAhead.close();
    readAhead.begin(flags);
    clock.advance(100);
    expect(read).toEqual([]);
    expect(clock.pending).toEqual([]);
  });
});
