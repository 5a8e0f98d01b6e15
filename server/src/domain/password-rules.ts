/**
 * Long enough to make guessing hopeless at the rate that the throttle allows; there is no other
 * rule.
 */
export const PASSWORD_LENGTH_MIN = 12;
/** Limits the input of the hash function. */
export const PASSWORD_LENGTH_MAX = 256;

/** One sentence, or null for a valid password. The sentence never quotes the password. */
export function problemOfPassword(password: string): string | null {
  if (password.length >= PASSWORD_LENGTH_MIN && password.length <= PASSWORD_LENGTH_MAX) return null;
  return (
    `must have ${PASSWORD_LENGTH_MIN} to ${PASSWORD_LENGTH_MAX} characters, ` +
    `got ${password.length}`
  );
}
