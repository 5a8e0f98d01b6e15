import { describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/support/database.js';
import { withManagement } from '../../../../test/support/management.js';
import { SERVER_KEY } from '../../../../test/support/sluice.js';

const METRICS = '/projects/default/metrics';
const definition = {
  ...{ kind: 'split', event: 'purchase', harmful: 'down', margin: 0.02 },
  attribution: 'assignment',
};

describe.each(databaseKinds)('metrics on %s', (kind) => {
  const server = withManagement(kind);

  it('include the built-in metrics and those that users create', async () => {
    const body = { key: 'buys', definition };
    const made = await server.expect(201, `POST ${METRICS}`, { body });
    expect(made).toMatchObject({ key: 'buys', name: 'buys', builtIn: false, definition });
    const { items } = await server.expect(200, `GET ${METRICS}`);
    expect(items.map(({ key }: { key: string }) => key)).toEqual([
      ...['buys', 'http.crash', 'http.error-rate', 'http.errors', 'http.latency'],
    ]);
    const first = await server.expect(200, `GET ${METRICS}?limit=2`);
    const rest = await server.expect(200, `GET ${METRICS}?cursor=${first.next}`);
    expect([...first.items, ...rest.items]).toEqual(items);
  });

  it('can be changed with the latest version only, and each change is audited', async () => {
    await server.expect(201, `POST ${METRICS}`, { body: { key: 'edited', definition } });
    const change = { name: 'Edited', description: 'x', definition: { ...definition, margin: 0.5 } };
    const edit = { body: change, version: 1 };
    expect(await server.expect(200, `PUT ${METRICS}/edited`, edit)).toMatchObject(change);
    await server.expect(412, `PUT ${METRICS}/edited`, edit);
    await server.expect(204, `DELETE ${METRICS}/edited`);
    await server.expect(404, `GET ${METRICS}/edited`);
    const audit = await server.expect(200, 'GET /projects/default/audit?limit=3');
    expect(audit.items.map(({ action }: { action: string }) => action)).toEqual([
      ...['metric.delete', 'metric.update', 'metric.create'],
    ]);
  });

  it('cannot replace, change or delete built-in metrics', async () => {
    await server.expect(409, `POST ${METRICS}`, { body: { key: 'HTTP.errors', definition } });
    const change = { name: 'x', description: '', definition };
    await server.expect(409, `PUT ${METRICS}/http.errors`, { body: change, version: 1 });
    await server.expect(409, `DELETE ${METRICS}/http.errors`);
  });

  it.each([
    [{ ...definition, kind: 'median' }, '/definition/kind'],
    [{ ...definition, margin: 'much' }, '/definition/margin'],
    [{ ...definition, margin: 11 }, '/definition/margin'],
    [{ ...definition, harmful: 'sideways' }, '/definition/harmful'],
    [{ ...definition, event: '' }, '/definition/event'],
    [{ ...definition, cap: 5 }, '/definition/cap'],
    [{ kind: 'slo', bad: 'a', total: 'b', limit: 2 }, '/definition/limit'],
    [{ kind: 'query', source: 'p', query: 'up', op: '!', value: 1 }, '/definition/op'],
    [{ kind: 'probe', source: 'nowhere' }, '/definition/source'],
    [null, '/definition'],
    ['split', '/definition'],
  ])('are rejected with the definition %j and not stored', async (malformed, pointer) => {
    const body = { key: 'malformed', definition: malformed };
    const answer = await server.expect(400, `POST ${METRICS}`, { body });
    expect(answer.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
    await server.expect(404, `GET ${METRICS}/malformed`);
  });

  it('have findings about data that could not be counted', async () => {
    const batch = { seq: 1, at: 1, unknown: ['awsome'], dropped: 7 };
    const headers = {
      ...{ Authorization: `Bearer ${SERVER_KEY}`, 'Content-Type': 'application/json' },
      'Sluice-Instance': 'i1',
    };
    const body = JSON.stringify(batch);
    const posted = await fetch(`${server.url}/sdk/v1/events`, { method: 'POST', headers, body });
    expect(posted.status).toBe(200);
    const path = 'GET /projects/default/environments/production/findings';
    const { items } = await server.expect(200, path);
    expect(items).toMatchObject([
      { what: 'dropped', count: 7 },
      { what: 'unknown:awsome', count: 1 },
    ]);
  });
});
