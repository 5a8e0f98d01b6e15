import { describe, expect, it } from 'vitest';
import { type Ask, ask, problemOf } from '../../../../test/support/ask.js';
import { databaseKinds } from '../../../../test/support/database.js';
import {
  ADMIN_EMAIL,
  ADMIN_PASSWORD,
  cookieOf,
  SAME_ORIGIN,
  signIn,
} from '../../../../test/support/sign-in.js';
import { type TestSluice, withSluice } from '../../../../test/support/sluice.js';

const ADMIN = { SLUICE_INIT_ADMIN: `${ADMIN_EMAIL}:${ADMIN_PASSWORD}` };

function session(server: TestSluice, cookie: string, asked: Ask = {}) {
  const headers = { Cookie: cookie, ...SAME_ORIGIN };
  return ask(`${server.url}/api/v1/session`, { headers, ...asked });
}

describe.each(databaseKinds)('a session on %s', (kind) => {
  const server = withSluice(kind, ADMIN);

  it('begins with the right password and returns the user', async () => {
    const answer = await signIn(server.url);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      user: { id: expect.any(String), email: ADMIN_EMAIL, name: ADMIN_EMAIL, role: 'admin' },
      serverVersion: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
    expect(answer.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^sluice=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/),
    ]);
    const again = await session(server, cookieOf(answer));
    expect(again.body).toEqual(answer.body);
  });

  it('accepts the address in capitals, but not another password', async () => {
    expect((await signIn(server.url, { email: ADMIN_EMAIL.toUpperCase() })).status).toBe(200);
    expect((await signIn(server.url, { password: `${ADMIN_PASSWORD} ` })).status).toBe(401);
    expect((await signIn(server.url)).status).toBe(200);
  });

  it('rejects a wrong password and a missing account with the same answer', async () => {
    const wrong = await signIn(server.url, { password: 'wrong password!' });
    const nobody = await signIn(server.url, { email: 'nobody@example.com' });
    const told = ({ body, status }: typeof wrong) => [
      status,
      problemOf({ body } as typeof wrong).detail,
    ];
    expect(told(nobody)).toEqual(told(wrong));
    expect(wrong.headers.getSetCookie()).toEqual([]);
  });

  it('has a new id after each sign-in, and the previous id is invalid', async () => {
    const first = cookieOf(await signIn(server.url));
    const second = cookieOf(await signIn(server.url, {}, { Cookie: first, ...SAME_ORIGIN }));
    expect(second).not.toBe(first);
    expect((await session(server, first)).status).toBe(401);
    expect((await session(server, second)).status).toBe(200);
  });

  it('never accepts an id that an attacker planted', async () => {
    const planted = `sluice=${'a'.repeat(43)}`;
    const own = cookieOf(await signIn(server.url, {}, { Cookie: planted, ...SAME_ORIGIN }));
    expect(own).not.toBe(planted);
    expect((await session(server, planted)).status).toBe(401);
  });

  it('ends when its owner signs out, and other sessions stay', async () => {
    const [one, other] = [cookieOf(await signIn(server.url)), cookieOf(await signIn(server.url))];
    const out = await session(server, one, { method: 'DELETE' });
    expect(out.status).toBe(204);
    expect(out.headers.getSetCookie()).toEqual([expect.stringMatching(/^sluice=; Max-Age=0/)]);
    expect((await session(server, one)).status).toBe(401);
    expect((await session(server, other)).status).toBe(200);
  });

  it('ends after 12 hours without use', async () => {
    const used = cookieOf(await signIn(server.url));
    const idle = cookieOf(await signIn(server.url));
    server.clock.advance({ hours: 11 });
    expect((await session(server, used)).status).toBe(200);
    server.clock.advance({ hours: 2 });
    expect((await session(server, used)).status).toBe(200);
    expect((await session(server, idle)).status).toBe(401);
  });

  it('ends after 7 days, used or not', async () => {
    const cookie = cookieOf(await signIn(server.url));
    for (let hours = 0; hours < 7 * 24; hours += 6) {
      expect((await session(server, cookie)).status).toBe(200);
      server.clock.advance({ hours: 6 });
    }
    server.clock.advance({ seconds: 1 });
    expect((await session(server, cookie)).status).toBe(401);
  });
});

describe.each(databaseKinds)('guessing a password on %s', (kind) => {
  const server = withSluice(kind, { ...ADMIN, SLUICE_TRUSTED_PROXIES: '127.0.0.1' });
  const guess = (password: string, address: string, email = ADMIN_EMAIL) => {
    return signIn(server.url, { email, password }, { 'X-Forwarded-For': address });
  };

  it('is delayed more and more for an account, from any network', async () => {
    const statuses: number[] = [];
    for (let network = 0; network < 40; network += 1) {
      statuses.push((await guess('wrong password!', `198.51.${network}.7`)).status);
    }
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    const refused = await guess(ADMIN_PASSWORD, '198.51.100.7');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('Retry-After')).toBe('1');
    expect(problemOf(refused)).toMatchObject({ code: 'RATE_LIMITED' });
  });

  it('never locks out the owner: after the delay the right password works', async () => {
    server.clock.advance({ seconds: 1 });
    expect((await guess(ADMIN_PASSWORD, '198.51.100.7')).status).toBe(200);
    expect((await guess('wrong password!', '198.51.100.7')).status).toBe(401);
    expect((await guess(ADMIN_PASSWORD, '198.51.100.7')).status).toBe(200);
  });

  it('counts each of many simultaneous guesses', async () => {
    server.clock.advance({ hours: 2 });
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) => guess('wrong password!', `192.0.2.${index}`)),
    );
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(25);
  });

  it('is delayed for a network, for any account and address in it', async () => {
    server.clock.advance({ hours: 2 });
    const statuses: number[] = [];
    for (let index = 0; index < 34; index += 1) {
      const address = `2001:db8:0:7::${index.toString(16)}`;
      statuses.push((await guess('wrong password!', address, `u${index}@example.com`)).status);
    }
    expect(statuses.filter((status) => status === 401)).toHaveLength(30);
    expect((await guess(ADMIN_PASSWORD, '2001:db8:0:8::1')).status).toBe(200);
  });
});

describe('a change with a session cookie', () => {
  const server = withSluice('embedded', ADMIN);
  const json = { key: 'made-by-a-page' };

  const post = async (headers: Readonly<Record<string, string>>) => {
    const Cookie = cookieOf(await signIn(server.url));
    const url = `${server.url}/api/v1/projects`;
    return (await ask(url, { method: 'POST', json, headers: { Cookie, ...headers } })).status;
  };

  it.each([
    [{}],
    [{ 'Sec-Fetch-Site': 'cross-site' }],
    [{ 'Sec-Fetch-Site': 'same-site' }],
    [{ 'Sec-Fetch-Site': 'none' }],
    [{ Origin: 'null' }],
    [{ Origin: 'https://evil.example' }],
    [{ Origin: 'http://127.0.0.1' }],
    [{ Origin: 'http://127.0.0.1:1' }],
  ])('is rejected with %j', async (headers) => {
    expect(await post(headers as Record<string, string>)).toBe(403);
  });

  it('is rejected as a form, even from the admin UI', async () => {
    const type = { 'Content-Type': 'application/x-www-form-urlencoded' };
    expect(await post({ ...SAME_ORIGIN, ...type })).toBe(415);
    expect(await post({ ...SAME_ORIGIN, 'Content-Type': 'text/plain' })).toBe(415);
  });

  it('is accepted from the admin UI, in old and new browsers', async () => {
    expect(await post(SAME_ORIGIN)).toBe(201);
    expect(await post({ Origin: server.url })).toBe(409);
  });

  it('is rejected from another origin even if it is a sign-in', async () => {
    const foreign = { 'Sec-Fetch-Site': 'cross-site' };
    expect((await signIn(server.url, {}, foreign)).status).toBe(403);
    expect((await signIn(server.url, {}, { Origin: 'https://evil.example' })).status).toBe(403);
  });
});

describe('a server behind https', () => {
  const publicUrl = 'https://flags.example.com/tools';
  const server = withSluice('embedded', { ...ADMIN, SLUICE_PUBLIC_URL: publicUrl });

  it('binds the cookie to the host and to https', async () => {
    const answer = await signIn(server.url);
    expect(answer.headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^__Host-sluice=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      ),
    ]);
    expect(answer.headers.get('Strict-Transport-Security')).toBe('max-age=31536000');
  });

  it('accepts changes only from the public origin', async () => {
    const Cookie = cookieOf(await signIn(server.url));
    const url = `${server.url}/tools/api/v1/projects`;
    const post = (Origin: string, key: string) =>
      ask(url, { method: 'POST', json: { key }, headers: { Cookie, Origin } });
    expect((await post(server.url, 'a')).status).toBe(403);
    expect((await post('http://flags.example.com', 'a')).status).toBe(403);
    expect((await post('https://flags.example.com', 'a')).status).toBe(201);
  });

  it('rejects the cookie of plain http', async () => {
    const Cookie = cookieOf(await signIn(server.url)).replace('__Host-', '');
    expect((await ask(`${server.url}/api/v1/session`, { headers: { Cookie } })).status).toBe(401);
  });
});
