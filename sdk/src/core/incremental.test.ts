import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import {
  contexts,
  flags,
  KEYS,
  rulesets,
  segments,
} from '../../../test/conformance/arbitraries.js';
import { PROPERTY_TIMEOUT_MS, runs } from '../../../test/conformance/property-runs.js';
import { applyChanges, compile } from './compile.js';
import type { CompiledRuleset } from './compiled.js';
import type { EvaluationContext } from './context.js';
import { evaluate, isActive } from './evaluate.js';
import type { Flag, Ruleset, Segment } from './ruleset.js';

vi.setConfig({ testTimeout: PROPERTY_TIMEOUT_MS });

const edits = fc.record({
  part: fc.constantFrom('flags' as const, 'segments' as const),
  key: fc.constantFrom(...KEYS),
  flag: flags,
  segment: segments,
  isGone: fc.boolean(),
  way: fc.constantFrom('patch' as const, 'kept documents' as const, 'download' as const),
});
type Edit = typeof edits extends fc.Arbitrary<infer T> ? T : never;

test('after any edits an incremental ruleset evaluates like a freshly compiled one', () => {
  fc.assert(
    fc.property(
      rulesets,
      fc.array(edits, { minLength: 1, maxLength: 6 }),
      fc.array(contexts, { minLength: 1, maxLength: 3 }),
      (first, changes, subjects) => {
        let ruleset = first;
        let compiled = compile(first);
        for (const change of changes) {
          ruleset = edited(ruleset, change);
          compiled = taken(compiled, ruleset, change);
          expect(answers(compiled, subjects)).toEqual(answers(compile(ruleset), subjects));
        }
      },
    ),
    runs(120),
  );
});

test('an older ruleset evaluates as before while newer ones reuse its flags', () => {
  fc.assert(
    fc.property(
      rulesets,
      fc.array(edits, { maxLength: 4 }),
      contexts,
      (first, changes, subject) => {
        const compiled = compile(first);
        const before = answers(compiled, [subject]);
        let [newest, ruleset] = [compiled, first];
        for (const change of changes) {
          ruleset = edited(ruleset, change);
          newest = taken(newest, ruleset, change);
        }
        expect(answers(compiled, [subject])).toEqual(before);
      },
    ),
    runs(60),
  );
});

test('only changed flags and their dependents are rebuilt', () => {
  const first = compile(sample);
  const reloaded = compile(structuredClone(sample), first);
  for (const key of Object.keys(sample.flags)) {
    expect(reloaded.flags.get(key)).toBe(first.flags.get(key));
  }
  expect(reloaded.segments.get('staff')).toBe(first.segments.get('staff'));

  const staff = { when: { attribute: 'email', operator: 'in', values: ['a'] } } as const;
  const resegmented = compile({ ...sample, segments: { ...sample.segments, staff } }, first);
  expect(resegmented.flags.get('by-staff')).not.toBe(first.flags.get('by-staff'));
  expect(resegmented.flags.get('by-inner')).not.toBe(first.flags.get('by-inner'));
  expect(resegmented.flags.get('plain')).toBe(first.flags.get('plain'));
  expect(resegmented.segments.get('dutch')).toBe(first.segments.get('dutch'));

  const plain = { ...sample.flags.plain!, killed: true };
  const killed = compile({ ...sample, flags: { ...sample.flags, plain } }, first);
  expect(killed.flags.get('plain')).not.toBe(first.flags.get('plain'));
  expect(killed.flags.get('child')).toBe(first.flags.get('child'));
  expect([...killed.flags.replacedSince(first.flags)]).toEqual(['plain']);
  expect([...killed.flags.changedSince(first.flags)]).toEqual(['plain', 'child']);
  expect(killed.flags.get('by-staff')).toBe(first.flags.get('by-staff'));
});

test('an equal document replaces the old one, which can then be freed', () => {
  const first = compile(sample);
  const copy = structuredClone(sample);
  const second = compile(copy, first);
  expect(second.ruleset).toBe(copy);
  expect(second.flags.get('plain')!.source).toBe(copy.flags.plain);
});

test('ten thousand flags below one parent are reused quickly when the parent is killed', () => {
  const children = Array.from({ length: 10_000 }, (_, index) => [
    `child-${index}`,
    { ...sample.flags.plain!, parent: 'plain' },
  ]);
  const ruleset = { ...sample, flags: { ...Object.fromEntries(children), ...sample.flags } };
  const first = compile(ruleset);
  const plain = { ...sample.flags.plain!, killed: true };
  const second = compile({ ...ruleset, flags: { ...ruleset.flags, plain } }, first);
  expect([...second.flags.replacedSince(first.flags)]).toEqual(['plain']);
  expect(second.flags.changedSince(first.flags).size).toBe(10_002);
  expect(isActive(first, 'child-7', { targetingKey: 'user-2' })).toBe(true);
  expect(isActive(second, 'child-7', { targetingKey: 'user-2' })).toBe(false);
});

const plainFlag: Flag = {
  type: 'boolean',
  seed: 'seed',
  variants: { on: true, off: false },
  offVariant: 'off',
  onVariant: 'on',
  status: 'conditional',
  rules: [{ id: 'r', rollout: { to: 50 }, serve: { variant: 'on' } }],
};

const sample: Ruleset = {
  schema: 1,
  project: 'default',
  environment: 'production',
  epoch: 'epoch-1',
  revision: 1,
  at: 0,
  flags: {
    plain: plainFlag,
    child: { ...plainFlag, parent: 'plain' },
    'by-staff': behind('staff'),
    'by-inner': behind('dutch-staff'),
  },
  segments: {
    staff: { when: { attribute: 'email', operator: 'endsWith', values: ['@example.com'] } },
    dutch: { when: { attribute: 'country', operator: 'in', values: ['NL'] } },
    'dutch-staff': { when: { all: [{ segment: 'staff' }, { segment: 'dutch' }] } },
  },
};

function behind(segment: string): Flag {
  return { ...plainFlag, rules: [{ id: 'r', when: { segment }, serve: { variant: 'on' } }] };
}

/**
 * Builds the next revision: from the changes alone, or from a whole ruleset of old or new
 * documents.
 */
function taken(before: CompiledRuleset, ruleset: Ruleset, edit: Edit): CompiledRuleset {
  if (edit.way !== 'patch') return compile(ruleset, before);
  const { part, key, isGone } = edit;
  const entries = { [key]: isGone ? null : ruleset[part][key] };
  const { revision, at } = ruleset;
  return applyChanges(before, { revision, at, flags: {}, segments: {}, [part]: entries });
}

function edited(ruleset: Ruleset, { part, key, flag, segment, isGone, way }: Edit): Ruleset {
  const base = way === 'download' ? structuredClone(ruleset) : ruleset;
  const entries = Object.entries<Flag | Segment>(base[part]).filter(([name]) => name !== key);
  const value = (part === 'flags' ? flag : segment) as Flag | Segment;
  if (!isGone) entries.push([key, value]);
  return { ...base, revision: base.revision + 1, [part]: Object.fromEntries(entries) };
}

function answers(compiled: CompiledRuleset, subjects: readonly object[]): unknown[] {
  return subjects.flatMap((subject) =>
    KEYS.map((key) => evaluate<unknown>(compiled, key, undefined, subject as EvaluationContext, 0)),
  );
}
