import type { BucketingHash } from './bucketing-hash.js';
import { sluiceHash } from './sluice.js';

export const DEFAULT_HASH = 'sluice';

/**
 * An importer adds the hash of another product in its own file, so that users keep their variants
 * after a migration.
 */
const HASHES: ReadonlyMap<string, BucketingHash> = new Map([[DEFAULT_HASH, sluiceHash]]);

export function hashNamed(name: string): BucketingHash | undefined {
  return HASHES.get(name);
}

export function hashNames(): readonly string[] {
  return [...HASHES.keys()];
}
