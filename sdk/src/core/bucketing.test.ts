import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { PROPERTY_TIMEOUT_MS, runs } from '../../../test/conformance/property-runs.js';
import { BUCKET_COUNT, bucketOf, splitBucketOf } from './bucket.js';
import { compile } from './compile.js';
import type { CompiledRuleset } from './compiled.js';
import { evaluate, isActive } from './evaluate.js';
import type { Flag, Rollout, Ruleset, Serve } from './ruleset.js';

vi.setConfig({ testTimeout: PROPERTY_TIMEOUT_MS });

const SUBJECT_COUNT = 20_000;
const subjects = Array.from({ length: SUBJECT_COUNT }, (_, index) => `subject-${index}`);
/** Five standard errors of a 50 % share, so a fair draw fails once in a million. */
const TOLERANCE = (5 * 0.5) / Math.sqrt(SUBJECT_COUNT);

const units = fc.oneof(fc.string({ minLength: 1, unit: 'binary' }), fc.uuid());
const seeds = fc.stringMatching(/^[a-zA-Z0-9._-]{1,30}$/);
const percentages = fc.integer({ min: 0, max: BUCKET_COUNT }).map((steps) => steps / 1000);

test('raising the percentage never removes a user', () => {
  fc.assert(
    fc.property(seeds, units, percentages, percentages, (seed, unit, one, other) => {
      const [lower, higher] = [Math.min(one, other), Math.max(one, other)];
      const flags = { lower: ramp(seed, { to: lower }), higher: ramp(seed, { to: higher }) };
      const compiled = compile(rulesetOf(flags));
      const wasIn = isActive(compiled, 'lower', { targetingKey: unit });
      const isIn = isActive(compiled, 'higher', { targetingKey: unit });
      expect(isIn || !wasIn).toBe(true);
    }),
    runs(500),
  );
});

test('two adjacent ranges share no user and leave none out', () => {
  fc.assert(
    fc.property(seeds, units, percentages, (seed, unit, edge) => {
      const flags = {
        first: ramp(seed, { to: edge }),
        second: ramp(seed, { from: edge, to: 100 }),
      };
      const compiled = compile(rulesetOf(flags));
      const context = { targetingKey: unit };
      expect(isActive(compiled, 'first', context)).not.toBe(isActive(compiled, 'second', context));
    }),
    runs(500),
  );
});

test('inclusion is computed from the bucket, and the bucket is an integer in range', () => {
  fc.assert(
    fc.property(seeds, units, percentages, (seed, unit, to) => {
      const bucket = bucketOf(seed, unit);
      expect(Number.isInteger(bucket) && bucket >= 0 && bucket < BUCKET_COUNT).toBe(true);
      const compiled = compile(rulesetOf({ flag: ramp(seed, { to }) }));
      const isIn = isActive(compiled, 'flag', { targetingKey: unit });
      expect(isIn).toBe(bucket < Math.round(to * 1000));
    }),
    runs(500),
  );
});

test('a unit does not depend on units hashed before it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(seeds, units), { maxLength: 8 }),
      seeds,
      units,
      (noise, ...of) => {
        const [bucket, split] = [bucketOf(...of), splitBucketOf(...of)];
        const compiled = compile(rulesetOf({ flag: ramp(of[0], { to: 50 }) }));
        const before = isActive(compiled, 'flag', { targetingKey: of[1] });
        for (const [, unit] of noise) isActive(compiled, 'flag', { targetingKey: unit });
        expect([bucketOf(...of), splitBucketOf(...of)]).toEqual([bucket, split]);
        expect(isActive(compiled, 'flag', { targetingKey: of[1] })).toBe(before);
      },
    ),
  );
});

describe.each([0.1, 1, 5, 25, 50, 90, 99])('a rollout at %s percent', (to) => {
  test('includes about that share of users', () => {
    const compiled = compile(rulesetOf({ flag: ramp('shares', { to }) }));
    expect(Math.abs(shareOf((unit) => isIn(compiled, 'flag', unit)) - to / 100)).toBeLessThan(
      TOLERANCE,
    );
  });
});

test('two flags draw users independently', () => {
  const compiled = compile(rulesetOf({ a: ramp('a', { to: 50 }), b: ramp('b', { to: 50 }) }));
  const both = shareOf((unit) => isIn(compiled, 'a', unit) && isIn(compiled, 'b', unit));
  expect(Math.abs(both - 0.25)).toBeLessThan(TOLERANCE);
});

test('the split is independent of the rollout of its rule', () => {
  const serve = { split: { a: 1, b: 1 } };
  const compiled = compile(rulesetOf({ flag: ramp('both', { to: 10 }, serve) }));
  const variants = subjects.map((unit) => variantOf(compiled, 'flag', unit));
  const included = variants.filter((variant) => variant !== 'off').length;
  const a = variants.filter((variant) => variant === 'a').length;
  expect(Math.abs(included / SUBJECT_COUNT - 0.1)).toBeLessThan(TOLERANCE);
  expect(Math.abs(a / included - 0.5)).toBeLessThan((5 * 0.5) / Math.sqrt(included));
});

test('every variant of a split gets its share, by exact cumulative weights', () => {
  const weight = fc.integer({ min: 1, max: 100_000 });
  const weights = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'B', 'ä'), weight, { minKeys: 1 });
  fc.assert(
    fc.property(weights, seeds, units, (split, seed, unit) => {
      const compiled = compile(rulesetOf({ flag: ramp(seed, undefined, { split }) }));
      const bucket = BigInt(splitBucketOf(seed, unit));
      expect(variantOf(compiled, 'flag', unit)).toBe(chosenBy(split, bucket));
    }),
    runs(500),
  );
});

/** The documented rule in exact arithmetic. */
function chosenBy(split: Record<string, number>, bucket: bigint): string | undefined {
  const names = Object.keys(split).sort();
  const total = names.reduce((sum, name) => sum + BigInt(split[name]!), 0n);
  let sum = 0n;
  return names.find((name) => {
    sum += BigInt(split[name]!);
    return bucket * total < sum * BigInt(BUCKET_COUNT);
  });
}

function ramp(seed: string, rollout: Rollout | undefined, serve?: Serve): Flag {
  const rule = { id: 'r', serve: serve ?? { variant: 'a' } };
  return {
    type: 'string',
    seed,
    variants: { off: 'off', a: 'a', b: 'b', c: 'c', B: 'B', ä: 'ä' },
    offVariant: 'off',
    status: 'conditional',
    rules: [rollout === undefined ? rule : { ...rule, rollout }],
  };
}

function rulesetOf(flags: Record<string, Flag>): Ruleset {
  return { flags, segments: {} } as unknown as Ruleset;
}

function isIn(compiled: CompiledRuleset, key: string, unit: string): boolean {
  return isActive(compiled, key, { targetingKey: unit });
}

function variantOf(compiled: CompiledRuleset, key: string, unit: string): string | undefined {
  return evaluate(compiled, key, '', { targetingKey: unit }).variant;
}

function shareOf(includes: (unit: string) => boolean): number {
  return subjects.filter(includes).length / SUBJECT_COUNT;
}
