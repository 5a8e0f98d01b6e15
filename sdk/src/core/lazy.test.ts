import { describe, expect, it } from 'vitest';
import { applyChanges, compile } from './compile.js';
import { evaluate, isActive } from './evaluate.js';
import type { Ruleset } from './ruleset.js';

/** The members that were read, by name. */
let read: string[] = [];

function watched(name: string, source: object): object {
  return new Proxy(source, {
    getOwnPropertyDescriptor(target, member) {
      if (member !== 'parent') read.push(`${name}.${String(member)}`);
      return Reflect.getOwnPropertyDescriptor(target, member);
    },
  });
}

function flag(name: string, more: object = {}): object {
  const source = {
    type: 'json',
    seed: name,
    variants: { on: { list: [1] }, off: null },
    offVariant: 'off',
    onVariant: 'on',
    status: 'on',
    ...more,
  };
  return watched(name, source);
}

function rule(name: string, country: string): object {
  const when = { attribute: 'country', operator: 'in', values: [country] };
  return watched(name, { id: name, when, serve: { variant: 'on' } });
}

function compiledOf(flags: object, segments = {}) {
  read = [];
  return compile({ flags, segments } as unknown as Ruleset);
}

const flagsRead = () => [...new Set(read.map((name) => name.replace(/\..*/, '')))];

describe('a compiled ruleset', () => {
  it('parses a flag at its first evaluation, and the parents that it evaluates', () => {
    const parent = flag('parent');
    const compiled = compiledOf({ a: flag('a', { parent: 'parent' }), b: flag('b'), parent });
    expect(read).toEqual([]);
    expect(isActive(compiled, 'a')).toBe(true);
    expect(flagsRead()).toEqual(['a', 'parent']);
    read = [];
    expect(isActive(compiled, 'a')).toBe(true);
    expect(read).toEqual([]);
  });

  it('parses a rule when an evaluation first reaches it', () => {
    const rules = [rule('first', 'NL'), rule('second', 'DE'), rule('third', 'FR')];
    const compiled = compiledOf({ a: flag('a', { status: 'conditional', rules }) });
    expect(isActive(compiled, 'a', { country: 'NL' })).toBe(true);
    expect(flagsRead()).toEqual(['a', 'first']);
    expect(isActive(compiled, 'a', { country: 'DE' })).toBe(true);
    expect(flagsRead()).toEqual(['a', 'first', 'second']);
    expect(isActive(compiled, 'a', { country: 'US' })).toBe(false);
    expect(flagsRead()).toEqual(['a', 'first', 'second', 'third']);
  });

  it('compiles a segment when a rule first uses it', () => {
    const segments = {
      staff: watched('staff', { when: { attribute: 'x', operator: 'exists', values: [] } }),
      other: watched('other', { when: { attribute: 'x', operator: 'exists', values: [] } }),
    };
    const rules = [{ id: 'r', when: { segment: 'staff' }, serve: { variant: 'on' } }];
    const compiled = compiledOf({ a: flag('a', { status: 'conditional', rules }) }, segments);
    read = [];
    expect(isActive(compiled, 'a', { x: 1 })).toBe(true);
    expect(read).toContain('staff.when');
    expect(read).not.toContain('other.when');
  });

  it('parses step by step what no evaluation has needed', () => {
    const rules = [rule('first', 'NL'), rule('second', 'DE')];
    const compiled = compiledOf({ a: flag('a', { status: 'conditional', rules }) });
    const steps: string[][] = [];
    do {
      steps.push(flagsRead());
      read = [];
    } while (compiled.flags.get('a')!.readMore());
    expect(steps).toEqual([[], ['a'], ['first'], ['second']]);
  });

  it('parses a flag with the segments of its own revision, even after newer revisions', () => {
    const staff = { when: { attribute: 'x', operator: 'exists', values: [] } };
    const nobody = { when: { any: [] } };
    const rules = [{ id: 'r', when: { segment: 'staff' }, serve: { variant: 'on' } }];
    const compiled = compiledOf({ a: flag('a', { status: 'conditional', rules }) }, { staff });
    const changes = { revision: 2, at: 0, flags: {}, segments: { staff: nobody } };
    const next = applyChanges(compiled, changes);
    expect(isActive(next, 'a', { x: 1 })).toBe(false);
    expect(isActive(compiled, 'a', { x: 1 })).toBe(true);
    expect([...next.flags.replacedSince(compiled.flags)]).toEqual(['a']);
  });

  it('returns only frozen values and never the document', () => {
    const compiled = compiledOf({ a: flag('a') });
    const { value } = evaluate<unknown>(compiled, 'a', undefined);
    expect(Object.isFrozen(value) && Object.isFrozen((value as { list: unknown }).list)).toBe(true);
    const { variants } = compiled.ruleset.flags.a!;
    expect(variants.on).not.toBe(value);
  });

  it('skips only the rule that cannot be read', () => {
    const broken = Object.defineProperty({}, 'id', {
      enumerable: true,
      get() {
        throw new Error('trap');
      },
    });
    const rules = [broken, rule('second', 'NL')];
    const compiled = compiledOf({ a: flag('a', { status: 'conditional', rules }) });
    expect(isActive(compiled, 'a', { country: 'NL' })).toBe(true);
  });
});
