/** Limits of a ruleset. Saving refuses what is beyond them, with the number named. */
export const FLAGS_MAX = 10_000;
export const RULESET_BYTES_MAX = 5_000_000;
export const RULES_MAX = 100;
export const VARIANTS_MAX = 100;
export const VALUES_MAX = 10_000;
export const CONDITION_DEPTH_MAX = 20;
export const PARENTS_MAX = 32;
export const WEIGHT_MAX = 100_000;
export const PATTERN_LENGTH_MAX = 256;
export const PATTERN_INPUT_LENGTH_MAX = 4_096;
/**
 * Linear in the input is not little when `.{1000}` stands in the pattern many times, so saving
 * refuses what is larger. Evaluation does not: engines may count a little differently.
 */
export const PATTERN_SIZE_MAX = 1_000;
export const VERSION_LENGTH_MAX = 256;

/**
 * Tests that one rule may cost with its segments written out. Segments can name segments, so a
 * small ruleset could otherwise ask for more steps than an evaluation can take.
 */
export const TESTS_MAX = 100_000;
