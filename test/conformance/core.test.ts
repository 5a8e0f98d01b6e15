import { describe, expect, test } from 'vitest';
import {
  bucketOf,
  compile,
  evaluate,
  hashOf,
  isActive,
  isActiveDetails,
  seedPrefix,
  splitBucketOf,
} from '../../sdk/src/core/index.js';
import {
  activeDefault,
  bucketVectors,
  conformanceGroups,
  expectedResolution,
} from './run-cases.js';

describe.each(conformanceGroups())('$name', ({ ruleset, cases }) => {
  const compiled = compile(ruleset);
  const recompiled = compile(structuredClone(ruleset), compiled);

  test.each(cases)('$name', (each) => {
    const { flag, context, now, expect: expected } = each;
    for (const rules of [compiled, recompiled]) {
      const details = evaluate(rules, flag, each.default, context, now);
      expect(details).toStrictEqual(expectedResolution(each));
      expect(Object.isFrozen(details)).toBe(true);

      const active = isActiveDetails(rules, flag, context, activeDefault(each), now);
      expect(isActive(rules, flag, context, activeDefault(each), now)).toBe(expected.active);
      expect(active.value).toBe(expected.active);
      if (expected.errorCode !== 'TYPE_MISMATCH') {
        expect({ ...active, value: expected.value }).toStrictEqual(expectedResolution(each));
      }
    }
  });
});

test.each(bucketVectors())('"$seed" with "$unit" is where it always was', (vector) => {
  expect(hashOf(seedPrefix(vector.seed), vector.unit, 0)).toBe(vector.hash);
  expect(bucketOf(vector.seed, vector.unit)).toBe(vector.bucket);
  expect(splitBucketOf(vector.seed, vector.unit)).toBe(vector.split);
});
