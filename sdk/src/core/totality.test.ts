import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import {
  brokenFlags,
  contexts,
  hostileContexts,
  KEYS,
  rulesets,
} from '../../../test/conformance/arbitraries.js';
import { PROPERTY_TIMEOUT_MS, runs } from '../../../test/conformance/property-runs.js';
import { compile } from './compile.js';
import { evaluate, isActive, isActiveDetails } from './evaluate.js';
import { isSameJson } from './json.js';
import type { Ruleset } from './ruleset.js';

vi.setConfig({ testTimeout: PROPERTY_TIMEOUT_MS });

const DEFAULTS = [true, false, 'default', 0, {}, null, undefined];
const REASONS = ['DEFAULT', 'DISABLED', 'ERROR', 'SPLIT', 'STATIC', 'TARGETING_MATCH'];

test('any ruleset and any context produce a result', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(rulesets, contexts, hostileContexts, (ruleset, plain, hostile) => {
      const compiled = compile(ruleset);
      for (const context of [plain, hostile()] as never[]) {
        for (const key of KEYS) {
          for (const byDefault of DEFAULTS) {
            seen.add(evaluate(compiled, key, byDefault, context, 0).reason);
          }
        }
      }
    }),
    runs(400),
  );
  expect([...seen].sort()).toEqual(REASONS);
});

test('a value that is not a ruleset has no flags, or malformed ones', () => {
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: true }), (garbage) => {
      for (const ruleset of [
        garbage,
        { flags: garbage, segments: garbage },
        { flags: { a: garbage } },
      ]) {
        const compiled = compile(ruleset as Ruleset);
        expect(evaluate(compiled, 'a', 'mine', {}).reason).toBe('ERROR');
        expect(isActive(compiled, 'a', {}, true)).toBe(true);
      }
    }),
    runs(400),
  );
});

test.each([
  ['a proxy that throws', () => new Proxy({}, { get: thrower, ownKeys: thrower, has: thrower })],
  ['a revoked proxy', revokedProxy],
  ['a getter that throws', () => getter('flags')],
  ['a flag whose members throw', () => ({ flags: { a: trapped(), b: fine }, segments: {} })],
  ['flags that throw', () => ({ flags: trapped(), segments: {} })],
  ['segments that throw', () => ({ flags: { b: fine }, segments: trapped() })],
  ['segments that are revoked', () => ({ flags: { b: fine }, segments: revokedProxy() })],
  ['a segment behind a getter that throws', () => ({ flags: { b: fine }, segments: getter('s') })],
  ['a flag behind a getter that throws', () => ({ flags: getter('a') })],
  ['a segment that throws', () => ({ flags: { b: fine }, segments: { s: trapped() } })],
  ['a flag that contains itself', () => ({ flags: { a: endless(), b: fine } })],
  ['a flag nested without end', () => ({ flags: { a: { variants: { on: deep() } }, b: fine } })],
])('%s does not make compile throw', (_, make) => {
  const compiled = compile(make() as unknown as Ruleset);
  expect(evaluate(compiled, 'a', 'mine', {}).value).toBe('mine');
  if (compiled.flags.has('b')) expect(isActive(compiled, 'b')).toBe(true);
});

test('a context that throws returns the default with a general error', () => {
  const rule = { id: 'r', rollout: { to: 100 }, serve: { variant: 'on' } };
  const compiled = compile(rulesetWith({ a: { ...fine, status: 'conditional', rules: [rule] } }));
  const context = Object.defineProperty({}, 'targetingKey', { enumerable: true, get: thrower });
  expect(evaluate(compiled, 'a', true, context)).toEqual({
    value: true,
    reason: 'ERROR',
    errorCode: 'GENERAL',
  });
  expect(isActive(compiled, 'a', context, true)).toBe(true);
  expect(isActiveDetails(compiled, 'a', context).errorCode).toBe('GENERAL');
});

test('isActive agrees with its details and with the value of a boolean flag', () => {
  fc.assert(
    fc.property(rulesets, contexts, fc.boolean(), (ruleset, context, byDefault) => {
      const compiled = compile(ruleset);
      for (const key of KEYS) {
        const active = isActive(compiled, key, context as never, byDefault, 0);
        const details = isActiveDetails(compiled, key, context as never, byDefault, 0);
        expect(details.value).toBe(active);
        const value = evaluate(compiled, key, undefined as unknown, context as never, 0);
        expect({ ...details, value: undefined }).toEqual({ ...value, value: undefined });
        const isBoolean = typeof value.value === 'boolean' && value.variant !== undefined;
        if (isBoolean) expect(value.value).toBe(active);
      }
    }),
    runs(150),
  );
});

test('every result is frozen, and no document or prototype is changed', () => {
  const prototypeNames = Object.getOwnPropertyNames(Object.prototype);
  fc.assert(
    fc.property(rulesets, contexts, (ruleset, context) => {
      const before = structuredClone(ruleset);
      const compiled = compile(ruleset);
      for (const key of KEYS) {
        const details = evaluate(compiled, key, undefined as unknown, context as never, 0);
        expect(Object.isFrozen(details)).toBe(true);
        expect(isDeeplyFrozen(details.value)).toBe(true);
        expect(isDeeplyFrozen(details.releases)).toBe(true);
      }
      expect(isSameJson(ruleset, before)).toBe(true);
      expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(prototypeNames);
    }),
    runs(100),
  );
});

test('a malformed flag never changes another flag', () => {
  fc.assert(
    fc.property(rulesets, brokenFlags, contexts, (ruleset, broken, context) => {
      const others = Object.fromEntries(
        Object.entries(ruleset.flags).map(([key, flag]) => [key, withoutParent(flag)]),
      );
      const well = compile({ ...ruleset, flags: others } as Ruleset);
      const ill = compile({ ...ruleset, flags: { ...others, a: broken } } as Ruleset);
      for (const key of KEYS.filter((name) => name !== 'a')) {
        expect(evaluate(ill, key, undefined, context as never, 0)).toEqual(
          evaluate(well, key, undefined, context as never, 0),
        );
      }
    }),
    runs(150),
  );
});

const fine = {
  type: 'boolean',
  seed: 'fine',
  variants: { on: true, off: false },
  offVariant: 'off',
  onVariant: 'on',
  status: 'on',
};

function rulesetWith(flags: object): Ruleset {
  return { flags, segments: {} } as unknown as Ruleset;
}

function thrower(): never {
  throw new Error('trap');
}

function trapped(): object {
  const traps = { get: thrower, getOwnPropertyDescriptor: thrower, ownKeys: thrower };
  return new Proxy({}, traps);
}

function getter(name: string): object {
  return Object.defineProperty({}, name, { enumerable: true, get: thrower });
}

function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function endless(): object {
  const flag: Record<string, unknown> = { ...fine, rules: [] };
  flag.variants = { on: flag, off: false };
  flag.rules = [{ id: 'r', when: { not: flag }, serve: { variant: 'on' } }];
  return { ...flag, offVariant: 'on', status: 'off' };
}

function deep(): unknown {
  let value: unknown = 1;
  for (let depth = 0; depth < 100_000; depth++) value = [value];
  return value;
}

function withoutParent(flag: unknown): unknown {
  if (typeof flag !== 'object' || flag === null || Array.isArray(flag)) return flag;
  const { parent: _, ...rest } = flag as Record<string, unknown>;
  return rest;
}

function isDeeplyFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen);
}
