import { describe, expect, it } from 'vitest';
import { parseInitKey } from './init-key.js';

const SECRET = 'abcdefghijklmnopqrstuvwxyz012345';

describe('a key of SLUICE_INIT_KEYS', () => {
  it('has its kind before the first ":" and its secret after the last', () => {
    const parsed = parseInitKey(`server:team:shop/eu:production:${SECRET}`);
    expect(parsed).toMatchObject({
      key: { kind: 'server', project: 'team:shop', environment: 'eu:production' },
    });
    expect('key' in parsed && parsed.key.secret.reveal()).toBe(SECRET);
  });

  it('covers all projects when it is an admin key', () => {
    expect(parseInitKey(`admin:*:${SECRET}`)).toMatchObject({
      key: { kind: 'admin', project: null, environment: null },
    });
  });

  it.each([
    ['', 'must be kind:project/environment:secret'],
    ['server', 'must be kind:project/environment:secret'],
    [`server:${SECRET}`, 'must be kind:project/environment:secret'],
    [`ingest:a/b:${SECRET}`, 'kind must be one of server, client, admin'],
    [`admin:default:${SECRET}`, 'an admin key needs the scope "*", got "default"'],
    [`admin::${SECRET}`, 'an admin key needs the scope "*", got ""'],
    [`client:*:${SECRET}`, 'a client key needs project/environment, got "*"'],
    [`client:a/b/c:${SECRET}`, 'a client key needs project/environment, got "a/b/c"'],
  ])('is rejected as %j with the reason', (text, problem) => {
    expect(parseInitKey(text)).toEqual({ problem });
  });

  it.each(['short', `${SECRET}!`, `sluice_server_${'0'.repeat(43)}BADSUM`])(
    'is rejected with the secret %j without quoting it',
    (secret) => {
      const parsed = parseInitKey(`server:a/b:${secret}`);
      expect(parsed).toHaveProperty('problem', expect.stringMatching(/^secret /));
      expect(parsed).not.toHaveProperty('problem', expect.stringContaining(secret));
    },
  );
});
