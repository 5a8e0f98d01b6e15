import { describe, expect, it } from 'vitest';
import { saying, withAnsweringServer } from '../../../../test/support/answering-server.js';
import { databaseKinds } from '../../../../test/support/database.js';
import { withManagement } from '../../../../test/support/management.js';
import { playAll, type Scenario } from '../../../../test/support/scenario.js';

const SOURCES = '/projects/default/sources';
const SECRET = 'Bearer canary-7f2a';
const url = 'http://93.184.215.14:9090';
const prometheus = { key: 'prom', kind: 'prometheus', url };
const change = { name: 'Prometheus', url };
const forbidden = ['canary'];

const story: readonly Scenario[] = [
  {
    title: 'a source is added; its secret is not shown',
    request: `POST ${SOURCES}`,
    body: { ...prometheus, authorization: SECRET },
    status: 201,
    answer: { key: 'prom', hasAuthorization: true, timeoutMs: 5000, enabled: true, version: 1 },
    forbidden,
    audit: { action: 'source.create', after: { hasAuthorization: true } },
  },
  {
    title: 'nor in the list',
    request: `GET ${SOURCES}`,
    status: 200,
    answer: { items: [{ key: 'prom', kind: 'prometheus', url }], next: null },
    forbidden,
  },
  {
    title: 'a key that differs in case only is taken',
    request: `POST ${SOURCES}`,
    body: { ...prometheus, key: 'PROM' },
    status: 409,
  },
  {
    title: 'without a word about the secret it stays',
    request: `PUT ${SOURCES}/prom`,
    version: 1,
    body: { ...change, url: `${url}/below`, enabled: false },
    status: 200,
    answer: { version: 2, hasAuthorization: true, enabled: false },
    audit: { action: 'source.update' },
  },
  {
    title: 'but is not sent to another host that somebody else wrote down',
    request: `PUT ${SOURCES}/prom`,
    version: 2,
    body: { ...change, url: 'https://example.com' },
    status: 400,
    answer: { errors: [{ pointer: '/authorization' }] },
  },
  {
    title: 'a new secret is told of, and not told',
    request: `PUT ${SOURCES}/prom`,
    version: 2,
    body: { ...change, authorization: `${SECRET}-2` },
    status: 200,
    forbidden,
    answer: { version: 3 },
    audit: {
      action: 'source.update',
      changes: expect.arrayContaining([{ path: '/authorization', before: null, after: 'changed' }]),
    },
  },
  {
    title: 'saving what is there changes nothing',
    request: `PUT ${SOURCES}/prom`,
    version: 3,
    body: change,
    status: 200,
    answer: { version: 3 },
  },
  {
    title: 'no secret is taken away by null',
    request: `PUT ${SOURCES}/prom`,
    version: 3,
    body: { ...change, authorization: null },
    status: 200,
    answer: { version: 4, hasAuthorization: false },
    audit: { action: 'source.update' },
  },
  {
    title: 'a stale version gets what is there now',
    request: `PUT ${SOURCES}/prom`,
    version: 3,
    body: change,
    status: 412,
    answer: { current: { version: 4 } },
  },
  {
    title: 'what is no secret is refused without being repeated',
    request: `POST ${SOURCES}`,
    body: { ...prometheus, key: 'a', authorization: 'Bearer canary\r\nX-Other: 1' },
    status: 400,
    answer: { errors: [{ pointer: '/authorization' }] },
    forbidden,
  },
  {
    title: 'also when it is no text',
    request: `POST ${SOURCES}`,
    body: { ...prometheus, key: 'a', authorization: { token: 'canary' } },
    status: 400,
    answer: { errors: [{ pointer: '/authorization' }] },
    forbidden,
  },
  {
    title: 'an unknown kind, a hasty timeout and a misspelt field are refused by name',
    request: `POST ${SOURCES}`,
    body: { ...prometheus, key: 'a', kind: 'oracle', timeoutMs: 99, enabeld: true },
    status: 400,
    answer: {
      errors: [{ pointer: '/kind' }, { pointer: '/timeoutMs' }, { pointer: '/enabeld' }],
    },
  },
  ...[
    ['ftp://example.com', 'http://'],
    ['http://user:canary@example.com', 'user'],
    ['http://example.com:6379', 'port 6379'],
    ['http://example.com/#x', 'behind #'],
    ['http://example.com/?a=b', 'query'],
    ['http://example.com/{{flga}}', '{{flga}}'],
    ['http://example.{{flag}}/', 'placeholder in its host'],
    ['http:\\\\{{flag}}.example.com/', 'placeholder in its host'],
    ['http://10.0.0.5:9090', 'SLUICE_OUTBOUND_ALLOW, such as 10.0.0.5/32'],
    ['http://169.254.169.254', 'SLUICE_OUTBOUND_ALLOW'],
    ['http://[::ffff:127.0.0.1]', 'SLUICE_OUTBOUND_ALLOW'],
    ['http://localhost:9090', 'SLUICE_OUTBOUND_ALLOW'],
  ].map(
    ([address, words]): Scenario => ({
      title: `the address ${address} is refused`,
      request: `POST ${SOURCES}`,
      body: { ...prometheus, key: 'a', url: address },
      status: 400,
      answer: { errors: [{ pointer: '/url', message: expect.stringContaining(words as string) }] },
      forbidden,
    }),
  ),
];

describe.each(databaseKinds)('sources on %s', (kind) => {
  const api = withManagement(kind);

  it('can be added, changed and deleted, without revealing secrets', async () => {
    await playAll(api, story);
    const { items } = await api.expect(200, 'GET /projects/default/audit?limit=50');
    expect(JSON.stringify(items)).not.toContain('canary');
    const definition = {
      ...{ kind: 'query', source: 'prom', query: 'up', op: '<', value: 1 },
      ...{ k: 3, n: 5, onNoData: 'hold', graceSeconds: 900 },
    };
    const metric = { key: 'queue', definition };
    await api.expect(201, 'POST /projects/default/metrics', { body: metric });
    expect(await api.expect(409, `DELETE ${SOURCES}/prom`)).toMatchObject({
      ...{ code: 'IN_USE', detail: 'source "prom" is used by the metric "queue"' },
    });
    await api.expect(204, 'DELETE /projects/default/metrics/queue');
    await api.expect(204, `DELETE ${SOURCES}/prom`);
    expect(api.logged()).not.toContain('canary');
  });
});

describe('a source in a network that the operator allows', () => {
  const server = withAnsweringServer();
  const api = withManagement('embedded', { SLUICE_OUTBOUND_ALLOW: '10.0.0.0/8, 127.0.0.1' });

  it('can be tested with its secret before a metric uses it', async () => {
    const source = { key: 'numbers', kind: 'http-json', url: `${server.url}/{{flag}}` };
    await api.expect(201, `POST ${SOURCES}`, { body: { ...source, authorization: SECRET } });
    server.answer(saying({ errors: 12 }));
    const test = (query: string) =>
      api.expect(200, `POST ${SOURCES}/numbers/test`, { body: { query } });
    expect(await test('/errors')).toEqual({ status: 'OK', value: 12, message: null });
    expect(server.asked[0]).toMatchObject({ url: '/test', headers: { authorization: SECRET } });
    expect(await test('/nothing')).toMatchObject({ status: 'NO_DATA', value: null });
    server.answer(saying('', 503));
    expect(await test('/errors')).toMatchObject({ status: 'ERROR', message: 'answered 503' });
    await api.expect(404, `POST ${SOURCES}/unknown/test`, { body: {} });
  });

  it('may have a private address in an allowed range, and no other', async () => {
    const probe = { key: 'health', kind: 'probe', url: 'http://10.1.2.3:8080/livez' };
    await api.expect(201, `POST ${SOURCES}`, { body: probe });
    const other = { ...probe, key: 'other', url: 'http://192.168.1.1' };
    await api.expect(400, `POST ${SOURCES}`, { body: other });
  });
});
