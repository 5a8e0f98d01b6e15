import { describe, expect, it } from 'vitest';
import { type Answer, ask, problemOf } from '../../../../test/support/ask.js';
import { databaseKinds } from '../../../../test/support/database.js';
import {
  ADMIN_EMAIL,
  ADMIN_PASSWORD,
  cookieOf,
  SAME_ORIGIN,
  signIn,
} from '../../../../test/support/sign-in.js';
import { ADMIN_KEY, type TestSluice, withSluice } from '../../../../test/support/sluice.js';

const ADMIN = { SLUICE_INIT_ADMIN: `${ADMIN_EMAIL}:${ADMIN_PASSWORD}` };
const NEXT = 'another horse, a better battery';

interface Audit {
  readonly items: readonly {
    readonly action: string;
    readonly actor: { readonly kind: string };
    readonly target: { readonly key: string };
    readonly after: unknown;
  }[];
}

async function auditOf(server: TestSluice): Promise<Audit['items']> {
  const { body } = await ask<Audit>(`${server.url}/api/v1/audit`, { key: ADMIN_KEY });
  return body.items;
}

describe.each(databaseKinds)('changing a password on %s', (kind) => {
  const server = withSluice(kind, ADMIN);
  const change = (Cookie: string, currentPassword: string, newPassword: string) =>
    ask(`${server.url}/api/v1/session/password`, {
      ...{ method: 'POST', json: { currentPassword, newPassword } },
      headers: { Cookie, ...SAME_ORIGIN },
    });
  const pointersOf = (answer: Answer) => problemOf(answer).errors?.map(({ pointer }) => pointer);
  const isOpen = async (Cookie: string) =>
    (await ask(`${server.url}/api/v1/session`, { headers: { Cookie } })).status === 200;

  it('rejects a wrong, a short and an unchanged password at its field', async () => {
    const cookie = cookieOf(await signIn(server.url));
    const wrong = await change(cookie, 'not my password', NEXT);
    expect([wrong.status, pointersOf(wrong)]).toEqual([400, ['/currentPassword']]);
    const short = await change(cookie, ADMIN_PASSWORD, 'short');
    expect([short.status, pointersOf(short)]).toEqual([400, ['/newPassword']]);
    const same = await change(cookie, ADMIN_PASSWORD, ADMIN_PASSWORD);
    expect([same.status, pointersOf(same)]).toEqual([400, ['/newPassword']]);
    expect((await signIn(server.url)).status).toBe(200);
  });

  it('is rejected for keys', async () => {
    const json = { currentPassword: ADMIN_PASSWORD, newPassword: NEXT };
    const url = `${server.url}/api/v1/session/password`;
    expect((await ask(url, { method: 'POST', key: ADMIN_KEY, json })).status).toBe(401);
  });

  it('limits guesses like a sign-in, in case the session is stolen', async () => {
    const cookie = cookieOf(await signIn(server.url));
    const statuses: number[] = [];
    for (let guess = 0; guess < 7; guess += 1) {
      statuses.push((await change(cookie, `guess number ${guess}`, NEXT)).status);
    }
    expect(statuses).toEqual([400, 400, 400, 400, 400, 429, 429]);
    expect((await signIn(server.url)).status).toBe(429);
    server.clock.advance({ seconds: 1 });
    expect((await signIn(server.url)).status).toBe(200);
  });

  it('ends every other session of the user, and the old password', async () => {
    const [own, other] = [cookieOf(await signIn(server.url)), cookieOf(await signIn(server.url))];
    expect((await change(own, ADMIN_PASSWORD, NEXT)).status).toBe(204);
    expect([await isOpen(own), await isOpen(other)]).toEqual([true, false]);
    expect((await signIn(server.url)).status).toBe(401);
    expect((await signIn(server.url, { password: NEXT })).status).toBe(200);
    const changed = (await auditOf(server)).find(({ action }) => action === 'user.change-password');
    expect(changed).toMatchObject({
      actor: { kind: 'user', name: ADMIN_EMAIL },
      target: { type: 'user', key: ADMIN_EMAIL },
      after: { clientIp: '127.0.0.1', endedSessions: expect.any(Number) },
    });
  });
});

describe.each(databaseKinds)('the audit log of sign-ins on %s', (kind) => {
  const server = withSluice(kind, ADMIN);

  it('contains no text that a user typed', async () => {
    const headers = { Cookie: cookieOf(await signIn(server.url)), ...SAME_ORIGIN };
    await ask(`${server.url}/api/v1/session`, { method: 'DELETE', headers });
    await signIn(server.url, { password: 'a slip of the finger' });
    await signIn(server.url, { email: 'my password, by mistake' });
    const entries = await auditOf(server);
    const unknown = 'of an unknown address';
    expect(entries.map(({ action, actor, target }) => [action, actor.kind, target.key])).toEqual([
      ['user.refuse-sign-in', 'system', unknown],
      ['user.refuse-sign-in', 'system', ADMIN_EMAIL],
      ['user.sign-out', 'user', ADMIN_EMAIL],
      ['user.sign-in', 'user', ADMIN_EMAIL],
      ...entries.slice(4).map(() => [expect.anything(), 'system', expect.anything()]),
    ]);
    expect(JSON.stringify(entries)).not.toMatch(/slip|mistake|scrypt/);
  });

  it('is not readable with a key of one project', async () => {
    const json = { kind: 'admin', name: 'ci' };
    const url = `${server.url}/api/v1/projects/default/keys`;
    const made = await ask<{ secret: string }>(url, { method: 'POST', key: ADMIN_KEY, json });
    const audit = await ask(`${server.url}/api/v1/audit`, { key: made.body.secret });
    expect(audit.status).toBe(403);
  });
});
