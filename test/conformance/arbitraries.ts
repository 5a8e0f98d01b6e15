import fc from 'fast-check';
import { OPERATORS, type Ruleset } from '../../sdk/src/core/index.js';

/** Few names, so that what is drawn meets; some of them mean something to the language. */
export const KEYS = ['a', 'b', 'c', 'd', 'e', '__proto__', 'constructor', 'toString'] as const;
const ATTRIBUTES = ['x', 'y', 'x.y', 'targetingKey', 'ip', 'now', '__proto__', 'a.b.c'] as const;
const TEXTS = [
  '',
  'a',
  'A',
  'user-1',
  'NL',
  '1',
  '1.2.3',
  '1.2.3-rc.1',
  'v2',
  '2026-01-01T00:00:00Z',
  '10.0.0.1',
  '10.0.0.0/8',
  '::1',
  '::ffff:10.0.0.0/104',
  '^a+$',
  '(?=a)',
  '日本語',
  '\ud800',
] as const;
const NUMBERS = [0, -0, 1, 2.5, -1, 42, 1e21, 1_767_225_600_000, Number.MAX_VALUE] as const;

const key = fc.constantFrom(...KEYS);
const text = fc.constantFrom(...TEXTS);
const scalar = fc.oneof(text, fc.constantFrom(...NUMBERS), fc.boolean());

/** Right most of the time, so that what is behind it is reached; anything else now and then. */
function mostly<T>(right: fc.Arbitrary<T>, weight = 40): fc.Arbitrary<unknown> {
  return fc.oneof({ weight, arbitrary: right }, { weight: 1, arbitrary: fc.jsonValue() });
}

/** A record with own members only, `__proto__` included. */
function record(members: Record<string, fc.Arbitrary<unknown>>, required: string[]) {
  return fc.record(members, { requiredKeys: required });
}

export const leaves: fc.Arbitrary<unknown> = record(
  {
    attribute: mostly(fc.constantFrom(...ATTRIBUTES)),
    operator: mostly(fc.constantFrom(...OPERATORS)),
    values: mostly(fc.array(scalar, { maxLength: 3 })),
    ignoreCase: fc.boolean(),
  },
  ['attribute', 'operator', 'values'],
);

export const conditions: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    { weight: 8, arbitrary: leaves },
    { weight: 2, arbitrary: fc.record({ segment: key }) },
    { weight: 2, arbitrary: fc.record({ not: tie('condition') }) },
    { weight: 2, arbitrary: fc.record({ all: fc.array(tie('condition'), { maxLength: 3 }) }) },
    { weight: 2, arbitrary: fc.record({ any: fc.array(tie('condition'), { maxLength: 3 }) }) },
  ),
})).condition;

const percent = fc.oneof(
  fc.integer({ min: 0, max: 100 }),
  fc.double({ min: 0, max: 100, noNaN: true }),
);

const rollouts = record(
  {
    from: fc.constantFrom(0, 0, 0, 10),
    to: mostly(percent),
    by: mostly(fc.constantFrom('targetingKey', 'ip', 'x')),
    seed: mostly(fc.constantFrom('awesome', 'other')),
    hash: mostly(fc.constant('sluice')),
  },
  ['to'],
);

const VARIANTS = ['on', 'off', 'other'] as const;
const variant = fc.constantFrom(...VARIANTS);

const serves = fc.oneof(
  fc.record({ variant: mostly(variant) }),
  fc.record({ split: fc.dictionary(variant, mostly(fc.integer({ min: 1, max: 9 })) as never) }),
);

export const rules: fc.Arbitrary<unknown> = record(
  {
    id: mostly(fc.constantFrom('r1', 'r2', 'r3', 'r4')),
    when: mostly(conditions),
    rollout: mostly(rollouts),
    serve: mostly(serves),
    release: record({ id: fc.constantFrom('rel-1', 'rel-2'), phase: fc.nat(3) }, ['id', 'phase']),
  },
  ['id', 'serve'],
);

const VALUES = {
  boolean: { on: true, off: false, other: true },
  string: { on: 'on', off: '', other: 'x' },
  number: { on: 1, off: 0, other: -1 },
  json: { on: { a: [1] }, off: null, other: [] },
};

/** A flag that can be read; what is wrong is inside its rules. */
export const readableFlags: fc.Arbitrary<Record<string, unknown>> = fc
  .constantFrom('boolean' as const, 'string' as const, 'number' as const, 'json' as const)
  .chain((type) =>
    fc.record(
      {
        type: fc.constant(type),
        seed: fc.constantFrom('awesome', 'other', 'third'),
        variants: fc.constant(VALUES[type]),
        offVariant: fc.constant('off'),
        onVariant: variant,
        defaultVariant: variant,
        status: fc.constantFrom(
          'off',
          'on',
          'inherit',
          'conditional',
          'conditional',
          'conditional',
        ),
        killed: fc.boolean(),
        parent: key,
        rules: fc.array(rules, { maxLength: 4 }),
      },
      { requiredKeys: ['type', 'seed', 'variants', 'offVariant', 'onVariant', 'status', 'rules'] },
    ),
  );

const FLAG_MEMBERS = [
  'type',
  'seed',
  'variants',
  'offVariant',
  'status',
  'killed',
  'parent',
  'rules',
];

/** Any member may be anything, or be missing. */
export const brokenFlags: fc.Arbitrary<unknown> = fc
  .tuple(readableFlags, fc.dictionary(fc.constantFrom(...FLAG_MEMBERS), fc.jsonValue()))
  .chain(([flag, damage]) =>
    fc
      .subarray(Object.keys(flag))
      .map((missing) => ({ ...without(flag, missing.slice(0, 1)), ...damage })),
  );

export const flags = fc.oneof(
  { weight: 6, arbitrary: readableFlags },
  { weight: 2, arbitrary: brokenFlags },
  { weight: 1, arbitrary: fc.jsonValue() },
);

export const segments = mostly(fc.record({ when: conditions }), 10);

export const rulesets: fc.Arbitrary<Ruleset> = fc
  .record({
    flags: ownDictionary(flags),
    segments: ownDictionary(segments),
  })
  .map((parts) => ({
    schema: 1,
    project: 'default',
    environment: 'production',
    epoch: 'epoch-1',
    revision: 1,
    at: 0,
    ...(parts as Pick<Ruleset, 'flags' | 'segments'>),
  }));

const attributeValue = fc.oneof(
  { weight: 6, arbitrary: scalar },
  {
    weight: 2,
    arbitrary: fc.array(fc.oneof(scalar, fc.jsonValue({ maxDepth: 1 })), { maxLength: 3 }),
  },
  { weight: 1, arbitrary: fc.date({ noInvalidDate: false }) },
  { weight: 1, arbitrary: fc.constantFrom(null, undefined, Number.NaN, 10n, Symbol.iterator) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
);

export const contexts: fc.Arbitrary<Record<string, unknown>> = fc.record(
  {
    targetingKey: fc.oneof({ weight: 9, arbitrary: fc.string() }, attributeValue),
    ip: attributeValue,
    x: attributeValue,
    y: attributeValue,
    a: fc.record({ b: fc.record({ c: attributeValue }) }),
  },
  { requiredKeys: [] },
);

/** Contexts that throw, lie or are no contexts; in a function, so that nobody looks at them. */
export const hostileContexts: fc.Arbitrary<() => unknown> = fc.oneof(
  fc
    .anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true })
    .map((context) => () => context),
  fc.nat(trapContexts().length - 1).map((index) => () => trapContexts()[index]),
);

function trapContexts(): unknown[] {
  const thrower = () => {
    throw new Error('trap');
  };
  const getter = Object.defineProperty({}, 'targetingKey', { enumerable: true, get: thrower });
  const traps = { get: thrower, getOwnPropertyDescriptor: thrower, getPrototypeOf: thrower };
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  return [
    getter,
    { x: getter, a: getter },
    new Proxy({}, traps),
    { x: new Proxy([], traps), targetingKey: new Proxy({}, traps) },
    revoked.proxy,
    { x: revoked.proxy },
    { targetingKey: Object.assign(new Date(), { getTime: thrower, toISOString: thrower }) },
    new Proxy(new Date(), {}),
    Object.create({ targetingKey: 'inherited', x: 'inherited' }),
    () => undefined,
  ];
}

function without(flag: Record<string, unknown>, names: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(flag).filter(([name]) => !names.includes(name)));
}

function ownDictionary<T>(value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> {
  return fc
    .uniqueArray(fc.tuple(key, value), { selector: ([name]) => name, maxLength: KEYS.length })
    .map((entries) => Object.fromEntries(entries));
}
