import { describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/support/database.js';
import { withManagement } from '../../../../test/support/management.js';
import { cookieOf, SAME_ORIGIN, signIn } from '../../../../test/support/sign-in.js';

const ADMIN = { email: 'ada@example.com', password: 'correct horse battery' };
const LIVE = '/projects/default/environments/production/flags/awesome';

describe.each(databaseKinds)('every change on %s', (kind) => {
  const api = withManagement(kind, {
    SLUICE_INIT_ADMIN: `${ADMIN.email}:${ADMIN.password}`,
  });

  it('is audited with the name of the user who signed in, or of the key', async () => {
    const headers = { Cookie: cookieOf(await signIn(api.url, ADMIN)), ...SAME_ORIGIN };
    const person = { key: null, headers };
    await api.expect(201, 'POST /projects/default/flags', { ...person, body: { key: 'awesome' } });
    const body = { reason: 'errors in checkout' };
    const killed = await api.expect(200, `POST ${LIVE}/kill`, { ...person, body });
    const { user } = await api.expect(200, 'GET /session', person);
    expect(killed.kill).toMatchObject({ by: user.name, reason: 'errors in checkout' });
    await api.expect(200, `POST ${LIVE}/restore`, { body });
    const { items } = await api.expect(200, 'GET /projects/default/audit?limit=3');
    expect(items).toMatchObject([
      { action: 'flag.restore', actor: { kind: 'apiKey', name: 'initial key' } },
      { action: 'flag.kill', actor: { kind: 'user', id: user.id, name: user.name } },
      { action: 'flag.create', actor: { kind: 'user', id: user.id } },
    ]);
  });

  it('has an audit entry with the id of its request', async () => {
    const response = await fetch(`${api.url}/api/v1/projects/default/flags`, {
      method: 'POST',
      headers: {
        ...{ 'Content-Type': 'application/json', ...SAME_ORIGIN },
        Cookie: cookieOf(await signIn(api.url, ADMIN)),
      },
      body: JSON.stringify({ key: 'traced' }),
    });
    expect(response.status).toBe(201);
    const { items } = await api.expect(200, 'GET /projects/default/audit?targetKey=traced');
    expect(items).toMatchObject([{ requestId: response.headers.get('X-Request-Id') }]);
  });

  it('takes its actor from the credentials, never from the body', async () => {
    const body = { key: 'forged', actor: { kind: 'user', id: 'x', name: 'Somebody else' } };
    const { errors } = await api.expect(400, 'POST /projects/default/flags', { body });
    expect(errors).toEqual([{ pointer: '/actor', message: 'this field is unknown' }]);
  });
});
