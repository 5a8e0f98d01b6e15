const SEED = 20_261_121;

/**
 * How long and from where a property is searched. The same cases on every push, so that nobody is
 * stopped by another's luck; a nightly run sets another seed and a factor.
 */
export function runs(count: number): { numRuns: number; seed: number } {
  const { PROPERTY_SEED, PROPERTY_FACTOR } = process.env;
  return { numRuns: count * Number(PROPERTY_FACTOR ?? 1), seed: Number(PROPERTY_SEED ?? SEED) };
}

/** Generous: it only ends what hangs. */
export const PROPERTY_TIMEOUT_MS = 120_000;
