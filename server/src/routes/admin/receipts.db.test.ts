import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { ask, problemOf } from '../../../../test/support/ask.js';
import { databaseKinds } from '../../../../test/support/database.js';
import { dataOf, type EventStream, openStream } from '../../../../test/support/event-stream.js';
import { type Management, withManagement } from '../../../../test/support/management.js';
import { ADMIN_KEY, SERVER_KEY } from '../../../../test/support/sluice.js';

const PROJECT = '/projects/default';
const PRODUCTION = `${PROJECT}/environments/production`;

/** Sends the requests of one running client. */
function instanceOf(server: Management, id: string = randomUUID()) {
  const headers = { 'Sluice-Instance': id, 'Sluice-Service': 'shop' };
  let seq = 0;
  return {
    id,
    async says(applied: unknown) {
      seq += 1;
      const json = { seq, at: 1, applied };
      const url = `${server.url}/sdk/v1/events`;
      const answer = await ask(url, { method: 'POST', key: SERVER_KEY, json, headers });
      expect(answer.status, answer.text).toBe(200);
    },
  };
}

describe.each(databaseKinds)('receipts of a kill on %s', (kind) => {
  const server = withManagement(kind);

  async function killedFlag() {
    const flag = `flag-${randomUUID()}`;
    await server.expect(201, `POST ${PROJECT}/flags`, { body: { key: flag } });
    const { epoch } = (await server.expect(200, `GET ${PRODUCTION}`)) as { epoch: string };
    const instances = [instanceOf(server), instanceOf(server), instanceOf(server)] as const;
    for (const instance of instances) await instance.says({ epoch, revision: 0 });
    const body = { reason: 'it burns' };
    const config = await server.expect(200, `POST ${PRODUCTION}/flags/${flag}/kill`, { body });
    return { flag, epoch, instances, revision: config.kill.revision as number };
  }
  const receiptsOf = (flag: string) =>
    server.expect(200, `GET ${PRODUCTION}/flags/${flag}/receipts`);

  it('are empty for a flag that is not killed', async () => {
    const flag = `flag-${randomUUID()}`;
    await server.expect(201, `POST ${PROJECT}/flags`, { body: { key: flag } });
    expect(await receiptsOf(flag)).toEqual({
      ...{ killed: false, revision: null, killedAt: null, instances: 0, off: 0, allOff: false },
      ...{ slowest: null, p50Ms: null, items: [] },
    });
  });

  it('list pending instances before confirmed ones', async () => {
    const { flag, epoch, revision, instances } = await killedFlag();
    const [quick, slow, pending] = instances;
    await quick.says({ epoch, revision });
    await slow.says({ epoch, revision: revision + 5 });
    await pending.says({ epoch, revision: revision - 1 });
    const receipts = await receiptsOf(flag);
    expect(receipts).toMatchObject({ killed: true, revision, off: 2, allOff: false });
    expect(receipts.slowest).toMatchObject({ id: slow.id, service: 'shop' });
    const own = receipts.items.filter(({ id }: { id: string }) =>
      instances.some((instance) => instance.id === id),
    );
    expect(own.map(({ id }: { id: string }) => id)).toEqual([pending.id, slow.id, quick.id]);
    expect(own[0]).toMatchObject({ state: 'pending', ms: null, appliedRevision: revision - 1 });
    expect(own[2]).toMatchObject({ state: 'off', appliedRevision: revision });
    expect(own[2].ms).toBeGreaterThanOrEqual(0);
    expect(own[2].ms).toBeLessThanOrEqual(own[1].ms);
  });

  it('keep the time of the first confirmation', async () => {
    const { flag, epoch, revision, instances } = await killedFlag();
    const [instance] = instances;
    await instance.says({ epoch, revision });
    const timeOf = async () => {
      const { items } = await receiptsOf(flag);
      return items.find(({ id }: { id: string }) => id === instance.id).ms;
    };
    const first = await timeOf();
    await instance.says({ epoch, revision: revision + 1 });
    await instance.says({ epoch, revision: revision + 2 });
    expect(await timeOf()).toBe(first);
  });

  it('ignore a revision of another epoch', async () => {
    const { flag, revision, instances } = await killedFlag();
    const [instance] = instances;
    await instance.says({ epoch: 'ANOTHER', revision: revision + 100 });
    const { items } = await receiptsOf(flag);
    const item = items.find(({ id }: { id: string }) => id === instance.id);
    expect(item).toMatchObject({ state: 'pending' });
  });

  it('have no duration for an instance that started after the kill', async () => {
    const { flag, epoch, revision } = await killedFlag();
    const late = instanceOf(server);
    await late.says({ epoch, revision });
    const { items } = await receiptsOf(flag);
    const item = items.find(({ id }: { id: string }) => id === late.id);
    expect(item).toMatchObject({ state: 'off', ms: null });
  });

  it('answer 404 for a flag that does not exist', async () => {
    await server.expect(404, `GET ${PRODUCTION}/flags/nowhere/receipts`);
  });

  it('cannot be completed by removing an instance that is alive', async () => {
    const { instances } = await killedFlag();
    const answer = await server.call(`DELETE ${PRODUCTION}/instances/${instances[0].id}`);
    expect(answer.status).toBe(409);
    expect(answer.body.detail).toContain('it is not silent');
    await server.expect(404, `DELETE ${PRODUCTION}/instances/nobody`);
  });
});

describe.each(databaseKinds)('instances on %s', (kind) => {
  const server = withManagement(kind);

  it('are paged, each with its applied revision', async () => {
    for (const id of ['a', 'b', 'c']) {
      await instanceOf(server, id).says({ epoch: 'E1', revision: 3 });
    }
    const first = await server.expect(200, `GET ${PRODUCTION}/instances?limit=2`);
    expect(first.items.map(({ id }: { id: string }) => id)).toEqual(['a', 'b']);
    expect(first.items[0]).toMatchObject({ applied: { epoch: 'E1', revision: 3 }, state: 'live' });
    const second = await server.expect(
      200,
      `GET ${PRODUCTION}/instances?limit=2&cursor=${first.next}`,
    );
    expect(second).toMatchObject({ items: [{ id: 'c' }], next: null });
  });
});

describe.each(databaseKinds)('the live stream of a project on %s', (kind) => {
  const server = withManagement(kind);
  const streams: EventStream[] = [];
  afterEach(() => {
    for (const stream of streams.splice(0)) stream.close();
  });

  const open = async (path = `/api/v1${PROJECT}/live`) => {
    const stream = await openStream(server.url, { path, key: ADMIN_KEY });
    streams.push(stream);
    return stream;
  };

  it('sends the changed flags of each environment', async () => {
    const stream = await open();
    expect((await stream.events.next()).event).toBe('heartbeat');
    await server.expect(201, `POST ${PROJECT}/flags`, { body: { key: 'shown' } });
    const changes = [];
    while (changes.length < 3) {
      changes.push(dataOf(await stream.events.nextWhere(({ event }) => event === 'change')));
    }
    expect(changes.map(({ environment }) => environment).sort()).toEqual([
      'development',
      'production',
      'staging',
    ]);
    expect(changes[0]).toMatchObject({ flags: ['shown'], segments: [] });
    expect(Date.parse(changes[0].at)).not.toBeNaN();
  });

  it('sends an event when something else has changed', async () => {
    const stream = await open();
    await stream.events.next();
    const body = { kind: 'server', name: 'k', environment: 'staging' };
    await server.expect(201, `POST ${PROJECT}/keys`, { body });
    const event = await stream.events.nextWhere((each) => each.event === 'project');
    expect(dataOf(event)).toEqual({ audited: true, releases: [] });
  });

  it('sends no event of another project', async () => {
    await server.expect(201, 'POST /projects', { body: { key: 'other' } });
    const other = await open('/api/v1/projects/other/live');
    const own = await open();
    await server.expect(201, `POST ${PROJECT}/flags`, { body: { key: 'private' } });
    await own.events.nextWhere(({ event }) => event === 'change');
    expect(other.events.all.filter(({ event }) => event === 'change')).toEqual([]);
  });

  it('requires access to the project', async () => {
    const path = `${server.url}/api/v1${PROJECT}/live`;
    expect((await ask(path)).status).toBe(401);
    expect((await ask(path, { key: SERVER_KEY })).status).toBe(403);
    const answer = await ask(`${server.url}/api/v1/projects/nowhere/live`, { key: ADMIN_KEY });
    expect(problemOf(answer).code).toBe('NOT_FOUND');
  });
});
