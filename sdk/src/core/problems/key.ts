const KEY = /^[a-zA-Z0-9][a-zA-Z0-9_.:-]{0,99}$/;
const RESERVED: readonly string[] = ['__proto__', 'constructor', 'prototype'];

export const KEY_FORM =
  'a letter or digit, then at most 99 letters, digits, "_", ".", ":" or "-"; not a reserved name';

/**
 * Whether this can be the key of a flag, segment, variant, rule, metric, environment or project.
 */
export function isValidKey(key: unknown): key is string {
  return typeof key === 'string' && KEY.test(key) && !RESERVED.includes(key);
}
