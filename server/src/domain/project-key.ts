/** First parts of addresses of this server: pages of a project begin with its key. */
const RESERVED = [
  ...['api', 'sdk', 'ofrep', 'metrics', 'livez', 'readyz'],
  ...['assets', 'setup', 'sign-in'],
];

/** One sentence, or null for a key that a new project may have. */
export function problemOfProjectKey(key: string): string | null {
  return RESERVED.includes(key.toLowerCase())
    ? `must be another one: "${key}" begins addresses of the server itself`
    : null;
}
