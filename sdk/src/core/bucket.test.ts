import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bucketOf, hashOf, seedPrefix, splitBucketOf } from './bucket.js';

interface Vector {
  readonly seed: string;
  readonly unit: string;
  readonly hash: number;
  readonly bucket: number;
  readonly split: number;
}

const file = new URL('../../../test/conformance/bucket-vectors.json', import.meta.url);
const { vectors }: { vectors: Vector[] } = JSON.parse(readFileSync(file, 'utf8'));

test.each(vectors)('"$seed" and "$unit" stay where they are', (vector) => {
  expect(hashOf(seedPrefix(vector.seed), vector.unit, 0)).toBe(vector.hash);
  expect(bucketOf(vector.seed, vector.unit)).toBe(vector.bucket);
  expect(splitBucketOf(vector.seed, vector.unit)).toBe(vector.split);
});
