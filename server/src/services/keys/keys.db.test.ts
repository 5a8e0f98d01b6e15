import { describe, expect, it } from 'vitest';
import { type Answer, ask, problemOf } from '../../../../test/support/ask.js';
import { databaseKinds } from '../../../../test/support/database.js';
import { ADMIN_KEY, withSluice } from '../../../../test/support/sluice.js';
import { isPossibleKeySecret } from '../../domain/key-secret.js';
import type { CreatedKey } from './create-key.js';
import type { KeyDto } from './key-dto.js';

describe.each(databaseKinds)('a key on %s', (kind) => {
  const server = withSluice(kind);
  const path = () => `${server.url}/api/v1/projects/default/keys`;

  const create = (json: object) => {
    return ask<CreatedKey>(path(), { method: 'POST', key: ADMIN_KEY, json });
  };
  const revoke = (id: string) => ask(`${path()}/${id}`, { method: 'DELETE', key: ADMIN_KEY });
  const list = async (query = '') => {
    const answer = await ask<{ items: KeyDto[]; next: string | null }>(path() + query, {
      key: ADMIN_KEY,
    });
    return answer.body;
  };
  const readRuleset = (key: string) => ask(`${server.url}/sdk/v1/ruleset`, { key });

  it('shows its secret only when it is created', async () => {
    const made = await create({ kind: 'server', name: 'web', environment: 'staging' });
    expect(made.status).toBe(201);
    const { secret, ...dto } = made.body;
    expect(isPossibleKeySecret(secret)).toBe(true);
    expect(dto).toMatchObject({
      kind: 'server',
      name: 'web',
      environment: 'staging',
      hint: `sluice_server_…${secret.slice(-4)}`,
      createdBy: 'initial key',
      expiresAt: null,
      revokedAt: null,
      lastUsedAt: null,
    });
    const { items } = await list();
    expect(items.find(({ id }) => id === dto.id)).toEqual(dto);
    expect(JSON.stringify(items)).not.toContain(secret);
  });

  it('reads the ruleset of its environment only if it is a server key', async () => {
    const staging = await create({ kind: 'server', name: 's', environment: 'staging' });
    const answer = await readRuleset(staging.body.secret);
    expect(answer.body).toMatchObject({ project: 'default', environment: 'staging' });
    const client = await create({ kind: 'client', name: 'c', environment: 'staging' });
    const refused = await readRuleset(client.body.secret);
    expect(refused.status).toBe(403);
    expect(problemOf(refused).detail).toBe('this route needs a server key, got client');
  });

  it('manages its own project and no other if it is an admin key', async () => {
    const made = await create({ kind: 'admin', name: 'ci' });
    const { secret } = made.body;
    expect((await ask(path(), { key: secret })).status).toBe(200);
    const json = { key: 'another' };
    const url = `${server.url}/api/v1/projects`;
    expect((await ask(url, { method: 'POST', key: secret, json })).status).toBe(403);
  });

  it('is rejected once it is revoked', async () => {
    const made = await create({ kind: 'server', name: 'web', environment: 'production' });
    const { id, secret } = made.body;
    expect((await readRuleset(secret)).status).toBe(200);
    expect((await revoke(id)).status).toBe(204);
    expect((await readRuleset(secret)).status).toBe(401);
    expect((await revoke(id)).status).toBe(204);
    const { items } = await list();
    expect(items.find((key) => key.id === id)?.revokedAt).toBe(server.clock.now().toISOString());
  });

  it('is rejected once it has expired', async () => {
    const expiresAt = new Date(server.clock.now().getTime() + 60_000).toISOString();
    const made = await create({ kind: 'server', name: 'e', environment: 'production', expiresAt });
    expect(made.body.expiresAt).toBe(expiresAt);
    expect((await readRuleset(made.body.secret)).status).toBe(200);
    server.clock.advance({ seconds: 60 });
    expect((await readRuleset(made.body.secret)).status).toBe(401);
  });

  it('appears in the audit log when created and revoked, without its secret or hash', async () => {
    const made = await create({ kind: 'server', name: 'audited', environment: 'production' });
    await revoke(made.body.id);
    const audit = await ask<{ items: { action: string; target: object }[] }>(
      `${server.url}/api/v1/projects/default/audit?limit=2`,
      { key: ADMIN_KEY },
    );
    expect(audit.body.items.map(({ action, target }) => [action, target])).toEqual([
      ['key.revoke', { type: 'key', key: made.body.id }],
      ['key.create', { type: 'key', key: made.body.id }],
    ]);
    expect(audit.text).not.toMatch(new RegExp(`${made.body.secret}|[0-9a-f]{64}`));
  });

  it('is listed newest first, page by page', async () => {
    const all = (await list('?limit=200')).items.map(({ id }) => id);
    const paged: string[] = [];
    let next: string | null = '';
    while (next !== null) {
      const page = await list(`?limit=2${next === '' ? '' : `&cursor=${next}`}`);
      paged.push(...page.items.map(({ id }) => id));
      next = page.next;
    }
    expect(paged).toEqual(all);
    expect(all).toEqual([...all].sort().reverse());
  });

  it.each([
    { kind: 'server', name: 'x', environment: 'nowhere' },
    { kind: 'client', name: 'x', environment: 'Production ' },
  ])('needs an environment that exists: %j', async (json) => {
    const refused: Answer = await create(json);
    expect(refused.status).toBe(404);
    expect(problemOf(refused).detail).toBe(`environment "${json.environment}" does not exist`);
  });

  it('cannot be revoked through another project', async () => {
    const url = `${server.url}/api/v1/projects`;
    await ask(url, { method: 'POST', key: ADMIN_KEY, json: { key: 'elsewhere' } });
    const made = await ask<CreatedKey>(`${url}/elsewhere/keys`, {
      method: 'POST',
      key: ADMIN_KEY,
      json: { kind: 'admin', name: 'x' },
    });
    expect((await revoke(made.body.id)).status).toBe(404);
    expect((await ask(`${url}/elsewhere/keys`, { key: made.body.secret })).status).toBe(200);
  });
});
