import { describe, expect, it } from 'vitest';
import { problemOfProjectKey } from './project-key.js';

describe('the key of a new project', () => {
  it.each(['api', 'sdk', 'ofrep', 'metrics', 'livez', 'readyz', 'assets', 'setup', 'sign-in'])(
    'is not "%s", in whatever case: its pages would not be found',
    (key) => {
      expect(problemOfProjectKey(key)).toContain(`"${key}"`);
      expect(problemOfProjectKey(key.toUpperCase())).not.toBeNull();
    },
  );

  it.each(['shop', 'api-2', 'metrics.shop'])('may be "%s"', (key) => {
    expect(problemOfProjectKey(key)).toBeNull();
  });
});
