/** Limits of a ruleset. Saving rejects a larger one and reports the exceeded number. */
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
 * Linear time is still long when `.{1000}` occurs many times in a pattern, so saving rejects larger
 * patterns. Evaluation accepts them, because engines may count steps differently.
 */
export const PATTERN_SIZE_MAX = 1_000;
export const VERSION_LENGTH_MAX = 256;

/**
 * Maximum tests of one rule with its segments expanded. Segments can name segments, so a small
 * ruleset could otherwise require more steps than an evaluation can take.
 */
export const TESTS_MAX = 100_000;
