/** Long enough that guessing at the pace we allow is hopeless; no other rule. */
export const PASSWORD_LENGTH_MIN = 12;
/** Keeps hashing from being fed megabytes. */
export const PASSWORD_LENGTH_MAX = 256;

/** One sentence, or null for a password that may be set. It never quotes the password. */
export function problemOfPassword(password: string): string | null {
  if (password.length >= PASSWORD_LENGTH_MIN && password.length <= PASSWORD_LENGTH_MAX) return null;
  return (
    `must have ${PASSWORD_LENGTH_MIN} to ${PASSWORD_LENGTH_MAX} characters, ` +
    `got ${password.length}`
  );
}
