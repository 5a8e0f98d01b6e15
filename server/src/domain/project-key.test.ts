import { describe, expect, it } from 'vitest';
import { problemOfProjectKey } from './project-key.js';

describe('the key of a new project', () => {
  it.each(['api', 'sdk', 'ofrep', 'metrics', 'livez', 'readyz', 'assets', 'setup', 'sign-in'])(
    'is never "%s" in any case, because its pages would not be reachable',
    (key) => {
      expect(problemOfProjectKey(key)).toContain(`"${key}"`);
      expect(problemOfProjectKey(key.toUpperCase())).not.toBeNull();
    },
  );

  it.each(['shop', 'api-2', 'metrics.shop'])('may be "%s"', (key) => {
    expect(problemOfProjectKey(key)).toBeNull();
  });
});
