import type { BucketingHash } from './bucketing-hash.js';
import { sluiceHash } from './sluice.js';

export const DEFAULT_HASH = 'sluice';

/** Importers bring their own, one file each, so that nobody changes sides by moving. */
const HASHES: ReadonlyMap<string, BucketingHash> = new Map([[DEFAULT_HASH, sluiceHash]]);

export function hashNamed(name: string): BucketingHash | undefined {
  return HASHES.get(name);
}

export function hashNames(): readonly string[] {
  return [...HASHES.keys()];
}
