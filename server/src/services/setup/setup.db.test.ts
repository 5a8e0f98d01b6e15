import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ask, ask, problemOf } from '../../../../test/support/ask.js';
import {
  databaseKinds,
  type FreshDatabase,
  freshDatabase,
} from '../../../../test/support/database.js';
import { ADMIN_EMAIL, ADMIN_PASSWORD, cookieOf, signIn } from '../../../../test/support/sign-in.js';
import {
  ADMIN_KEY,
  type StartedSluice,
  startSluice,
  withSluice,
} from '../../../../test/support/sluice.js';

const OWN_SECRET = 'a-secret-that-the-operator-chose-0123456789';

describe.each(databaseKinds)('the first admin on %s', (kind) => {
  const server = withSluice(kind);
  const setup = (json?: object, asked: Ask = {}) => {
    const method = json === undefined ? 'GET' : 'POST';
    return ask(`${server.url}/api/v1/setup`, { method, json, ...asked });
  };
  const admin = { email: ADMIN_EMAIL, password: ADMIN_PASSWORD, name: 'Ada' };

  it('does not exist at first, and the API reports that', async () => {
    expect((await setup()).body).toEqual({ needed: true });
    expect(await server.sluice.setupToken()).toMatch(/^[\w-]{43}$/);
  });

  it('cannot be created without the token of the start log', async () => {
    const token = (await server.sluice.setupToken()) as string;
    for (const wrong of ['x', `${token}x`, token.slice(1), token.toLowerCase()]) {
      const refused = await setup({ ...admin, token: wrong });
      expect(refused.status).toBe(403);
      expect(refused.headers.getSetCookie()).toEqual([]);
    }
    expect((await setup()).body).toEqual({ needed: true });
  });

  it('cannot be created from another site', async () => {
    const token = await server.sluice.setupToken();
    const headers = { 'Sec-Fetch-Site': 'cross-site' };
    expect((await setup({ ...admin, token }, { headers })).status).toBe(403);
  });

  it.each([
    ['password', 'short', 'at least 12'],
    ['password', 'x'.repeat(257), 'at most 256'],
    ['email', 'admin', ''],
    ['role', 'owner', 'unknown'],
  ])('is rejected with the %s %j, and the answer does not quote a password', async (...row) => {
    const [field, value, says] = row;
    const token = await server.sluice.setupToken();
    const refused = await setup({ ...admin, token, [field]: value });
    expect(refused.status).toBe(400);
    expect(problemOf(refused).errors).toEqual([
      { pointer: `/${field}`, message: expect.stringContaining(says) },
    ]);
    if (field === 'password') expect(refused.text).not.toContain(value);
  });

  it('is created once by concurrent requests, and is signed in', async () => {
    const token = await server.sluice.setupToken();
    const answers = await Promise.all(
      ['a', 'b', 'c'].map((name) => setup({ ...admin, email: `${name}@example.com`, token })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    const made = answers.find(({ status }) => status === 201) as (typeof answers)[number];
    expect(made.body).toMatchObject({ user: { name: 'Ada', role: 'admin' } });
    const headers = { Cookie: cookieOf(made) };
    const session = await ask(`${server.url}/api/v1/session`, { headers });
    expect(session.body).toEqual(made.body);
    const { email } = (made.body as { user: { email: string } }).user;
    expect((await signIn(server.url, { email })).status).toBe(200);
  });

  it('invalidates the token', async () => {
    expect(await server.sluice.setupToken()).toBeNull();
    expect((await setup()).body).toEqual({ needed: false });
  });
});

describe.each(databaseKinds)('the start of the server on %s', (kind) => {
  let fresh: FreshDatabase;
  let running: StartedSluice | undefined;

  beforeAll(async () => {
    fresh = await freshDatabase(kind);
  });

  afterAll(async () => {
    await running?.close();
    await fresh.remove();
  });

  const restart = async (environment: Record<string, string> = {}): Promise<void> => {
    await running?.close();
    running = undefined;
    running = await startSluice({ database: fresh.options, environment });
    // PostgreSQL may refuse a connection while other tests hold many, and the server then starts.
    if (!running.isPrepared) await restart(environment);
  };
  const read = async <T>(path: string, key = ADMIN_KEY) => {
    return (await ask<T>(`${running?.url}/api/v1${path}`, { key })).body;
  };
  const keys = async (project: string) => {
    type Keys = { items: { id: string; kind: string; environment: string; revokedAt: string }[] };
    return (await read<Keys>(`/projects/${project}/keys`)).items;
  };

  it('creates a first project with three environments', async () => {
    await restart();
    expect(await read('/projects')).toMatchObject({
      items: [
        {
          key: 'default',
          environments: [
            { key: 'development', protected: false },
            { key: 'staging', protected: false },
            { key: 'production', protected: true },
          ],
        },
      ],
    });
  });

  it('creates nothing twice after a restart', async () => {
    const before = [await read('/projects'), await keys('default'), await read(AUDIT)];
    await restart();
    expect([await read('/projects'), await keys('default'), await read(AUDIT)]).toEqual(before);
  });

  it('creates the keys that the operator chose, with their project and environment', async () => {
    const SLUICE_INIT_KEYS = `admin:*:${ADMIN_KEY},server:shop/eu:${OWN_SECRET}`;
    await restart({ SLUICE_INIT_KEYS });
    expect(await keys('shop')).toMatchObject([{ kind: 'server', environment: 'eu' }]);
    const ruleset = await ask(`${running?.url}/sdk/v1/ruleset`, { key: OWN_SECRET });
    expect(ruleset.body).toMatchObject({ project: 'shop', environment: 'eu' });
  });

  it('does not reactivate a revoked key', async () => {
    const [key] = await keys('shop');
    const url = `${running?.url}/api/v1/projects/shop/keys/${key?.id}`;
    await ask(url, { method: 'DELETE', key: ADMIN_KEY });
    await restart({ SLUICE_INIT_KEYS: `admin:*:${ADMIN_KEY},server:shop/eu:${OWN_SECRET}` });
    expect(await keys('shop')).toEqual([{ ...key, revokedAt: expect.any(String) }]);
  });

  it('fails when one secret is given for two scopes', async () => {
    const SLUICE_INIT_KEYS = `admin:*:${ADMIN_KEY},server:shop/us:${OWN_SECRET}`;
    await expect(restart({ SLUICE_INIT_KEYS })).rejects.toThrow(
      /^SLUICE_INIT_KEYS: the secret of the server key for shop\/us belongs to key/,
    );
  });

  it('fails on an address that a network can reach, until there is an account', async () => {
    const HOST = '0.0.0.0';
    await expect(restart({ HOST })).rejects.toThrow(/HOST "0.0.0.0" can be reached from elsewhere/);
    await restart({ HOST, SLUICE_SETUP_TOKEN: 'x'.repeat(32) });
    expect(await running?.sluice.setupToken()).toBe('x'.repeat(32));
    await restart({ HOST, SLUICE_INIT_ADMIN: `${ADMIN_EMAIL}:${ADMIN_PASSWORD}` });
    expect(await running?.sluice.setupToken()).toBeNull();
    await restart({ HOST });
    expect((await signIn(running?.url as string)).status).toBe(200);
  });

  it('leaves the first admin unchanged when the variable changes', async () => {
    await restart({ SLUICE_INIT_ADMIN: `${ADMIN_EMAIL}:another password` });
    expect((await signIn(running?.url as string)).status).toBe(200);
    const changed = await signIn(running?.url as string, { password: 'another password' });
    expect(changed.status).toBe(401);
  });
});

const AUDIT = '/projects/default/audit';
