/** First path segments of the server's own addresses: pages of a project begin with its key. */
const RESERVED = [
  ...['api', 'sdk', 'ofrep', 'metrics', 'livez', 'readyz'],
  ...['assets', 'setup', 'sign-in'],
];

/** One sentence, or null for a valid key of a new project. */
export function problemOfProjectKey(key: string): string | null {
  return RESERVED.includes(key.toLowerCase())
    ? `must be another one: "${key}" begins addresses of the server itself`
    : null;
}
