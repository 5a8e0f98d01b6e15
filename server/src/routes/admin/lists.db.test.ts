import { beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/support/database.js';
import { withManagement } from '../../../../test/support/management.js';

const FLAGS = '/projects/default/flags';
const keysOf = (page: { items: readonly { key: string }[] }) => page.items.map((it) => it.key);

describe.each(databaseKinds)('lists on %s', (kind) => {
  const api = withManagement(kind);

  beforeAll(async () => {
    const flags = [
      { key: 'b_1', name: 'Basket', tags: ['shop', 'ui'] },
      { key: 'bx1', name: 'Other', owner: 'team-shop' },
      { key: 'A', description: '100% sure', tags: ['ui'] },
      { key: 'a.z', name: 'Zed' },
      { key: 'old', name: 'Basket of old' },
    ];
    for (const body of flags) await api.expect(201, `POST ${FLAGS}`, { body });
    await api.expect(200, `POST ${FLAGS}/old/archive`, { body: { reason: 'done' } });
  });

  const list = async (query: string) => api.expect(200, `GET ${FLAGS}?${query}`);

  it('are sorted by code units and omit archived flags', async () => {
    expect(keysOf(await list(''))).toEqual(['A', 'a.z', 'b_1', 'bx1']);
    expect(keysOf(await list('archived=true'))).toEqual(['old']);
  });

  it('return each item once across pages, also when items are added meanwhile', async () => {
    const first = await list('limit=2');
    expect(keysOf(first)).toEqual(['A', 'a.z']);
    await api.expect(201, `POST ${FLAGS}`, { body: { key: 'a.a' } });
    const second = await list(`limit=2&cursor=${first.next}`);
    expect(keysOf(second)).toEqual(['b_1', 'bx1']);
    expect(second.next).toBeNull();
    await api.expect(200, `POST ${FLAGS}/a.a/archive`, { body: {} });
    await api.expect(204, `DELETE ${FLAGS}/a.a`);
  });

  it('match a search text literally, without regard to case', async () => {
    expect(keysOf(await list('search=basket'))).toEqual(['b_1']);
    expect(keysOf(await list('search=B_1'))).toEqual(['b_1']);
    expect(keysOf(await list('search=0%25'))).toEqual(['A']);
    expect(keysOf(await list('search=%5C'))).toEqual([]);
    expect(keysOf(await list('search=team-shop'))).toEqual(['bx1']);
    expect(keysOf(await list('search=basket&archived=true'))).toEqual(['old']);
    expect(keysOf(await list('tag=ui'))).toEqual(['A', 'b_1']);
    expect(keysOf(await list('tag=ui&search=basket'))).toEqual(['b_1']);
    expect(keysOf(await list('tag=u'))).toEqual([]);
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=x', 'limit'],
    ['cursor=!', 'cursor'],
    ['cursor=', 'cursor'],
    ['archived=yes', 'archived'],
    ['colour=red', 'colour'],
  ])('reject "?%s" and name the parameter', async (query, name) => {
    const { code, errors } = await api.expect(400, `GET ${FLAGS}?${query}`);
    expect(code).toBe('VALIDATION_FAILED');
    expect(errors[0].message).toContain(`query parameter "${name}"`);
  });

  it('of audit entries and environments reject the cursor of the flag list', async () => {
    const { next } = await list('limit=1');
    await api.expect(400, `GET /projects/default/audit?cursor=${next}`);
    await api.expect(400, `GET /projects/default/environments?cursor=${next}`);
  });
});

describe.each(databaseKinds)('the audit trail on %s', (kind) => {
  const api = withManagement(kind);
  const trail = async (query = '') => {
    const page = await api.expect(200, `GET /projects/default/audit?${query}`);
    const lines = page.items.map(
      (it: { action: string; target: { key: string }; environment: string | null }) =>
        [it.action, it.target.key, it.environment].filter((part) => part !== null).join(' '),
    );
    return { lines, next: page.next };
  };

  beforeAll(async () => {
    await api.expect(201, 'POST /projects/default/environments', { body: { key: 'qa' } });
    for (const key of ['a', 'b']) await api.expect(201, `POST ${FLAGS}`, { body: { key } });
    const path = '/projects/default/environments/qa/flags/a';
    await api.expect(200, `POST ${path}/kill`, { body: { reason: 'test' } });
    await api.expect(200, `POST ${path}/restore`, { body: { reason: 'test' } });
  });

  it('starts with the newest entry and continues page by page', async () => {
    const first = await trail('limit=3');
    expect(first.lines).toEqual(['flag.restore a qa', 'flag.kill a qa', 'flag.create b']);
    const second = await trail(`limit=2&cursor=${first.next}`);
    expect(second.lines).toEqual(['flag.create a', 'environment.create qa qa']);
  });

  it('can be filtered by environment, target or actor', async () => {
    expect((await trail('environment=production&limit=1')).lines).not.toContain('flag.kill a qa');
    expect((await trail('environment=qa&targetType=flag')).lines).toEqual([
      'flag.restore a qa',
      'flag.kill a qa',
    ]);
    expect((await trail('targetType=flag&targetKey=b')).lines).toEqual(['flag.create b']);
    expect((await trail('actor=nobody')).lines).toEqual([]);
    const { items } = await api.expect(200, 'GET /projects/default/audit?limit=1');
    const byId = await trail(`actor=${items[0].actor.id}&targetKey=b`);
    expect(byId.lines).toEqual(['flag.create b']);
  });

  it('keeps the entries of a deleted environment', async () => {
    await api.expect(204, 'DELETE /projects/default/environments/qa');
    const { lines } = await trail('targetType=flag&targetKey=a');
    expect(lines).toEqual(['flag.restore a qa', 'flag.kill a qa', 'flag.create a']);
  });

  it('contains no secret', async () => {
    const body = { kind: 'server', name: 'app', environment: 'production' };
    const { secret } = await api.expect(201, 'POST /projects/default/keys', { body });
    const answer = await api.call('GET /projects/default/audit?limit=200');
    expect(answer.text).not.toContain(secret);
  });
});
