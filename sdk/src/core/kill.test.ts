import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import {
  brokenFlags,
  contexts,
  hostileContexts,
  rulesets,
} from '../../../test/conformance/arbitraries.js';
import { PROPERTY_TIMEOUT_MS, runs } from '../../../test/conformance/property-runs.js';
import { compile } from './compile.js';
import { evaluate, isActive } from './evaluate.js';
import { type FlagType, OPERATORS, type Ruleset } from './ruleset.js';

vi.setConfig({ testTimeout: PROPERTY_TIMEOUT_MS });

const VALUES = {
  boolean: { on: true, off: false },
  string: { on: 'on', off: 'none' },
  number: { on: 1, off: 0 },
  json: { on: { a: 1 }, off: null },
} satisfies Record<FlagType, object>;
const TYPES = Object.keys(VALUES) as FlagType[];
const EVERYBODY = { all: [] };
const WHENS = [
  undefined,
  null,
  EVERYBODY,
  { not: { any: [] } },
  { segment: 'everybody' },
  { segment: 'nowhere' },
  ...OPERATORS.flatMap((operator) => [
    { attribute: 'x', operator, values: ['a', 1, true] },
    { not: { attribute: 'x', operator, values: ['a', 1, true] } },
    { not: { attribute: 'x', operator } },
  ]),
];
const DAMAGES = [
  {},
  { seed: 5 },
  { rules: null },
  { status: 'newer' },
  { onVariant: null, defaultVariant: 'gone' },
  { parent: 'victim' },
  { parent: 'gone' },
];

describe.each(TYPES)('a killed %s flag', (type) => {
  test('serves its off variant, whatever the rules, the defects and the context', () => {
    for (const when of WHENS) {
      for (const damage of DAMAGES) {
        const compiled = compile(rulesetOf(killed(type, when, damage)));
        for (const context of [{}, { x: 'a', targetingKey: 'user-1' }]) {
          expect(evaluate<unknown>(compiled, 'victim', undefined, context)).toEqual({
            value: VALUES[type].off,
            variant: 'off',
            reason: 'DISABLED',
          });
          expect(isActive(compiled, 'victim', context, true)).toBe(false);
          expect(isActive(compiled, 'child', context, true)).toBe(false);
        }
      }
    }
  });
});

test('a kill holds for any flag with an intact off variant, whatever the other flags are', () => {
  fc.assert(
    fc.property(
      rulesets,
      brokenFlags,
      fc.oneof(
        contexts.map((context) => () => context),
        hostileContexts,
      ),
      (ruleset, broken, context) => {
        const victim = { ...(broken as object), variants: VALUES.string, offVariant: 'off' };
        const flags = { ...ruleset.flags, victim: { ...victim, killed: true } };
        const compiled = compile({ ...ruleset, flags } as unknown as Ruleset);
        const subject = context() as never;
        const details = evaluate<unknown>(compiled, 'victim', undefined, subject, 0);
        expect(details).toEqual({ value: 'none', variant: 'off', reason: 'DISABLED' });
        expect(isActive(compiled, 'victim', subject, true, 0)).toBe(false);
      },
    ),
    runs(250),
  );
});

test('a kill immediately deactivates every flag below it, at any depth', () => {
  const behind = Array.from({ length: 32 }, (_, index) => [
    `child-${index}`,
    { ...alive, parent: index === 0 ? 'victim' : `child-${index - 1}` },
  ]);
  const flags = { victim: { ...alive, killed: true }, ...Object.fromEntries(behind) };
  const compiled = compile(rulesetOf(flags));
  for (const key of Object.keys(flags)) expect(isActive(compiled, key, {}, true)).toBe(false);
});

const alive = {
  type: 'boolean',
  seed: 'alive',
  variants: VALUES.boolean,
  offVariant: 'off',
  onVariant: 'on',
  status: 'on',
};

function killed(type: FlagType, when: unknown, damage: object): object {
  const rule = { id: 'r', when, serve: { variant: 'on' } };
  const rest = { status: 'conditional', defaultVariant: 'on', rules: [rule] };
  return {
    victim: { ...alive, type, variants: VALUES[type], ...rest, ...damage, killed: true },
    child: { ...alive, parent: 'victim' },
  };
}

function rulesetOf(flags: object): Ruleset {
  return { flags, segments: { everybody: { when: EVERYBODY } } } as unknown as Ruleset;
}
