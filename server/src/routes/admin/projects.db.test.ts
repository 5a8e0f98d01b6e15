import { describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/support/database.js';
import { withManagement } from '../../../../test/support/management.js';
import { playAll, type Scenario } from '../../../../test/support/scenario.js';

const ENVIRONMENTS = '/projects/default/environments';

const projects: readonly Scenario[] = [
  {
    title: 'a project comes with three environments',
    request: 'POST /projects',
    body: { key: 'shop', name: 'The shop' },
    status: 201,
    answer: {
      ...{ key: 'shop', name: 'The shop', version: 1 },
      environments: [
        { key: 'development', protected: false, position: 0, revision: 0 },
        { key: 'staging', position: 1 },
        { key: 'production', protected: true, position: 2 },
      ],
    },
  },
  {
    title: 'a key that differs in case only is taken',
    request: 'POST /projects',
    body: { key: 'SHOP' },
    status: 409,
    answer: { code: 'ALREADY_EXISTS' },
  },
  {
    title: 'a key that begins addresses of the server is refused at its field',
    request: 'POST /projects',
    body: { key: 'metrics' },
    status: 400,
    answer: { code: 'VALIDATION_FAILED', errors: [{ pointer: '/key' }] },
  },
  {
    title: 'projects are listed by key',
    request: 'GET /projects',
    status: 200,
    answer: { items: [{ key: 'default' }, { key: 'shop' }], next: null },
  },
  {
    title: 'a project is renamed',
    request: 'PUT /projects/shop',
    version: 1,
    body: { name: 'Shop' },
    status: 200,
    answer: { key: 'shop', name: 'Shop', version: 2 },
  },
  {
    title: 'by whoever saw its last version',
    request: 'PUT /projects/shop',
    version: 1,
    body: { name: 'Shoppe' },
    status: 412,
    answer: { code: 'VERSION_STALE', current: { name: 'Shop', version: 2 } },
  },
  {
    title: 'its key never changes',
    request: 'PUT /projects/shop',
    version: 2,
    body: { name: 'Shop', key: 'store' },
    status: 400,
    answer: { errors: [{ pointer: '/key' }] },
  },
  {
    title: 'its history starts with it',
    request: 'GET /projects/shop/audit',
    status: 200,
    answer: {
      items: [
        { action: 'project.update', changes: [{ path: '/name', after: 'Shop' }] },
        { action: 'project.create', before: null, after: { key: 'shop' } },
      ],
    },
  },
  { title: 'a flag', request: 'POST /projects/shop/flags', body: { key: 'a' }, status: 201 },
  {
    title: 'keeps a project from being deleted',
    request: 'DELETE /projects/shop',
    status: 409,
    answer: { code: 'IN_USE', detail: 'project "shop" is used by flag "a"' },
  },
  { title: 'unless archived', request: 'POST /projects/shop/flags/a/archive', status: 200 },
  { title: 'an empty project is deleted', request: 'DELETE /projects/shop', status: 204 },
  { title: 'and not found any more', request: 'GET /projects/shop', status: 404 },
];

const environments: readonly Scenario[] = [
  {
    title: 'an environment is added at the end',
    request: `POST ${ENVIRONMENTS}`,
    body: { key: 'qa' },
    status: 201,
    answer: { key: 'qa', name: 'qa', protected: false, position: 3, version: 1, revision: 0 },
    audit: { action: 'environment.create', environment: 'qa', after: { key: 'qa' } },
  },
  {
    title: 'a key that differs in case only is taken',
    request: `POST ${ENVIRONMENTS}`,
    body: { key: 'Qa' },
    status: 409,
    answer: { code: 'ALREADY_EXISTS' },
  },
  {
    title: 'the flags of the project are there at once, off',
    request: `GET ${ENVIRONMENTS}/qa/flags/colour`,
    status: 200,
    answer: { status: 'off', rules: [], offVariant: 'blue', onVariant: null, killed: false },
  },
  {
    title: 'its name and protection are no news for SDKs',
    request: `PUT ${ENVIRONMENTS}/qa`,
    version: 1,
    body: { name: 'Quality', protected: true },
    status: 200,
    answer: { name: 'Quality', protected: true, version: 2, revision: 0 },
    audit: { action: 'environment.update', environment: 'qa' },
  },
  {
    title: 'a stale version gets what is there now',
    request: `PUT ${ENVIRONMENTS}/qa`,
    version: 1,
    body: { name: 'QA', protected: false },
    status: 412,
    answer: { current: { name: 'Quality', version: 2 } },
  },
  {
    title: 'a key in force',
    request: 'POST /projects/default/keys',
    body: { kind: 'server', name: 'qa app', environment: 'qa' },
    status: 201,
    audit: { action: 'key.create' },
  },
  {
    title: 'keeps an environment from being deleted',
    request: `DELETE ${ENVIRONMENTS}/qa`,
    status: 409,
    answer: { code: 'IN_USE', detail: expect.stringContaining('server key "qa app"') },
  },
];

describe.each(databaseKinds)('the management of projects and environments on %s', (kind) => {
  const api = withManagement(kind);

  it('creates, changes and deletes projects', async () => {
    await playAll(api, projects);
  });

  it('creates, changes and deletes environments', async () => {
    const colour = { key: 'colour', type: 'string', offVariant: 'blue' };
    const variants = { red: '#f00', blue: '#00f' };
    await api.expect(201, 'POST /projects/default/flags', { body: { ...colour, variants } });
    await playAll(api, environments);
    const { items } = await api.expect(200, 'GET /projects/default/keys');
    const key = items.find((item: { name: string }) => item.name === 'qa app');
    await api.expect(204, `DELETE /projects/default/keys/${key.id}`);
    await api.expect(204, `DELETE ${ENVIRONMENTS}/qa`);
    await api.expect(404, `GET ${ENVIRONMENTS}/qa`);
    const history = await api.expect(200, 'GET /projects/default/audit?limit=1');
    expect(history.items[0]).toMatchObject({ action: 'environment.delete', after: null });
  });

  it('never deletes the last environment of a project', async () => {
    await api.expect(201, 'POST /projects', { body: { key: 'small' } });
    for (const environment of ['development', 'staging']) {
      await api.expect(204, `DELETE /projects/small/environments/${environment}`);
    }
    const last = await api.expect(409, 'DELETE /projects/small/environments/production');
    expect(last.detail).toBe('environment "production" is the last one of its project');
  });

  it('lists environments page by page in their order', async () => {
    const first = await api.expect(200, `GET ${ENVIRONMENTS}?limit=2`);
    expect(first.items.map((it: { key: string }) => it.key)).toEqual(['development', 'staging']);
    const second = await api.expect(200, `GET ${ENVIRONMENTS}?limit=2&cursor=${first.next}`);
    expect(second.items.map((it: { key: string }) => it.key)).toEqual(['production']);
    expect(second.next).toBeNull();
  });
});
