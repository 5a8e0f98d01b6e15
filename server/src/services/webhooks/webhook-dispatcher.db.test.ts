import { createHmac } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { saying, withAnsweringServer } from '../../../../test/support/answering-server.js';
import { databaseKinds, withDatabase } from '../../../../test/support/database.js';
import { type AnyGrant, contextOn, grantOnNewProject } from '../../../../test/support/verbs.js';
import { parseAllowList } from '../../domain/outbound/outbound-address.js';
import { createLog } from '../../log.js';
import { createOutboundClient } from '../../sources/outbound-client.js';
import { enqueue } from '../../store/outbox-store.js';
import { pageOfDeliveries } from '../../store/read-models/deliveries.js';
import type { Ctx } from '../context.js';
import { createFlag } from '../flags/create-flag.js';
import { killFlag } from '../flags/kill-flag.js';
import { restoreFlag } from '../flags/restore-flag.js';
import { WebhookDispatcher } from './webhook-dispatcher.js';
import { type CreateWebhook, createWebhook, getWebhook, updateWebhook } from './webhook-verbs.js';

const NOW = new Date('2026-03-01T12:00:00.000Z');

describe.each(databaseKinds)('a message in the outbox on %s', (kind) => {
  const database = withDatabase(kind);
  const receiver = withAnsweringServer();
  const lines: string[] = [];
  const log = createLog({ level: 'debug', destination: { write: (line) => lines.push(line) } });
  let ctx: Ctx;
  let grant: AnyGrant;
  let dispatcher: WebhookDispatcher;
  let projects = 0;

  const outboundTo = (...allow: readonly string[]) => {
    const list = parseAllowList(allow);
    if ('bad' in list) throw new Error(list.bad);
    return createOutboundClient({ allowed: list.ranges });
  };
  const dispatcherThatReaches = (...allow: readonly string[]) =>
    new WebhookDispatcher({
      ...{ db: database.db, log, random: () => 0.999_999, now: () => NOW },
      ...{ outbound: outboundTo(...allow), publicUrl: 'https://flags.example.com' },
    });

  beforeAll(() => {
    ctx = contextOn(database.db);
  });
  beforeEach(async () => {
    projects += 1;
    await database.db.execute(sql`delete from webhooks`);
    grant = await grantOnNewProject(ctx, `shop-${projects}`);
    dispatcher = dispatcherThatReaches('127.0.0.1');
    receiver.answer(saying('ok'));
  });
  afterAll(() => {
    expect(lines.join('')).not.toMatch(/canary|sluice_webhook_[0-9a-f]/);
  });

  const webhook = (change: Partial<CreateWebhook> = {}) =>
    createWebhook(
      ctx,
      grant,
      {
        ...{ name: 'Hook', url: `${receiver.url}/canary`, format: 'sluice', events: [] },
        ...{ enabled: true, ...change },
      },
      outboundTo('127.0.0.1'),
    );

  const happens = (id: string, event = 'advanced') =>
    database.db.transaction((tx) => {
      const told = { id, event, project: grant.projectKey, sentence: `${id} happened` };
      return enqueue(tx, grant.projectId, { id, event, payload: told });
    });

  const deliveries = async (id: string) =>
    (await pageOfDeliveries(database.db, grant, id, { limit: 50 })).items;

  /** Makes all waiting messages due. */
  const later = () =>
    database.db.execute(sql`update outbox set next_at = now() where next_at is not null`);

  const look = async (by = dispatcher) => {
    await by.poll();
    await by.settled();
  };

  it('is sent once, with a signature of its body', async () => {
    const { id, secret } = await webhook();
    await happens('r1:7');
    await look();
    await look();
    expect(receiver.asked).toHaveLength(1);
    const [{ method, url, headers, body }] = receiver.asked as [(typeof receiver.asked)[number]];
    expect([method, url]).toEqual(['POST', '/canary']);
    const digest = createHmac('sha256', secret).update(`${NOW.getTime() / 1_000}.${body}`);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'sluice-event-id': 'r1:7',
      'sluice-signature': `t=${NOW.getTime() / 1_000},v1=${digest.digest('hex')}`,
    });
    expect(JSON.parse(body)).toEqual({
      ...{ id: 'r1:7', event: 'advanced', project: grant.projectKey },
      ...{ sentence: 'r1:7 happened', url: 'https://flags.example.com' },
    });
    expect(await deliveries(id)).toMatchObject([
      { id: 'r1:7', state: 'delivered', attempts: 1, lastError: null, sentence: 'r1:7 happened' },
    ]);
  });

  it('is stored once for repeated events with the same id', async () => {
    const { id } = await webhook();
    await happens('r1:7');
    await happens('r1:7');
    await look();
    await happens('r1:7');
    await look();
    expect(receiver.asked).toHaveLength(1);
    expect(await deliveries(id)).toHaveLength(1);
  });

  it('goes only to enabled webhooks that subscribe to the event', async () => {
    const { id } = await webhook({ events: ['rolled_back'] });
    const off = await webhook({ enabled: false });
    await happens('r1:7', 'advanced');
    await happens('r1:8', 'rolled_back');
    await look();
    expect((await deliveries(id)).map((delivery) => delivery.id)).toEqual(['r1:8']);
    expect(await deliveries(off.id)).toEqual([]);
  });

  it('is retried with growing delays and the same id, and given up after 12 attempts', async () => {
    const { id } = await webhook();
    receiver.answer(saying('no', 500));
    await happens('r1:7');
    await look();
    const [first] = await deliveries(id);
    expect(first).toMatchObject({ state: 'waiting', attempts: 1, lastError: 'answered 500' });
    await look();
    expect(receiver.asked).toHaveLength(1);
    for (let attempt = 2; attempt <= 12; attempt += 1) {
      await later();
      await look();
    }
    await later();
    await look();
    expect(receiver.asked).toHaveLength(12);
    expect(new Set(receiver.asked.map(({ headers }) => headers['sluice-event-id'])).size).toBe(1);
    expect(await deliveries(id)).toMatchObject([
      { state: 'given_up', attempts: 12, nextAt: null, lastError: 'answered 500' },
    ]);
    expect(lines.join('')).toContain('given up');
  });

  it('is delivered when the receiver is back', async () => {
    const { id } = await webhook();
    receiver.answer((response) => response.destroy());
    await happens('r1:7');
    await look();
    expect((await deliveries(id))[0]?.lastError).toContain('cannot be reached');
    receiver.answer(saying(''));
    await later();
    await look();
    expect(await deliveries(id)).toMatchObject([{ state: 'delivered', attempts: 2 }]);
  });

  it('does not follow a redirect', async () => {
    const { id } = await webhook();
    receiver.answer((response) => {
      response.writeHead(307, { Location: `${receiver.url}/elsewhere` }).end();
    });
    await happens('r1:7');
    await look();
    expect(receiver.asked.map(({ url }) => url)).toEqual(['/canary']);
    expect((await deliveries(id))[0]?.lastError).toBe('answered 307; redirects are not followed');
  });

  it('is not sent to an address that the operator no longer allows', async () => {
    const { id } = await webhook();
    await happens('r1:7');
    await look(dispatcherThatReaches());
    expect(receiver.asked).toEqual([]);
    expect((await deliveries(id))[0]?.lastError).toContain('SLUICE_OUTBOUND_ALLOW');
  });

  it('is sent by only one of two servers that poll at once', async () => {
    await webhook();
    for (let index = 0; index < 6; index += 1) await happens(`r1:${index}`);
    const other = dispatcherThatReaches('127.0.0.1');
    await Promise.all([look(), look(other)]);
    const ids = receiver.asked.map(({ headers }) => headers['sluice-event-id']);
    expect(ids.toSorted()).toEqual(['r1:0', 'r1:1', 'r1:2', 'r1:3', 'r1:4', 'r1:5']);
  });

  it('is sent without a pause when many are due', async () => {
    const { id } = await webhook();
    for (let index = 0; index < 9; index += 1) await happens(`r1:${index}`);
    await look();
    expect((await deliveries(id)).map(({ state }) => state)).toEqual(Array(9).fill('delivered'));
    expect(receiver.asked).toHaveLength(9);
  });

  it('is not blocked by a slow receiver, and stays waiting when its server stops', async () => {
    const slow = await webhook({ url: `${receiver.url}/slow` });
    const quick = await webhook({ url: `${receiver.url}/quick` });
    const held: ServerResponse[] = [];
    receiver.answer((response, { url }) => {
      if (url === '/slow') held.push(response);
      else response.end();
    });
    for (let index = 0; index < 3; index += 1) await happens(`r1:${index}`);
    await dispatcher.poll();
    await expect.poll(() => held.length).toBe(2);
    await expect
      .poll(async () => {
        await dispatcher.poll();
        return (await deliveries(quick.id)).map(({ state }) => state);
      })
      .toEqual(['delivered', 'delivered', 'delivered']);
    expect(held).toHaveLength(2);
    await dispatcher.stop();
    const states = (await deliveries(slow.id)).map(({ state, attempts }) => [state, attempts]);
    expect(states.toSorted()).toEqual([
      ['waiting', 0],
      ['waiting', 1],
      ['waiting', 1],
    ]);
    await dispatcher.poll();
    expect(held).toHaveLength(2);
  });

  it('is given up when its webhook is disabled', async () => {
    const { id } = await webhook();
    const { name, format, events, version } = await getWebhook(database.db, grant, id);
    receiver.answer(saying('no', 500));
    await happens('r1:7');
    await look();
    const change = { key: id, name, format, events, version, enabled: false };
    await updateWebhook(ctx, grant, change, outboundTo());
    await later();
    await look();
    expect(receiver.asked).toHaveLength(1);
    expect(await deliveries(id)).toMatchObject([
      { state: 'given_up', lastError: 'the webhook was switched off' },
    ]);
  });

  it('is one sentence for a chat for each kill and restore of a flag', async () => {
    const { id } = await webhook({ format: 'chat' });
    await createFlag(ctx, grant, { key: 'new-cart' });
    await killFlag(ctx, grant, { flag: 'new-cart', reason: 'errors in checkout' });
    await look();
    await look();
    await restoreFlag(ctx, grant, { flag: 'new-cart', reason: 'mended' });
    await look();
    const link = `https://flags.example.com/${grant.projectKey}/production/flags/new-cart`;
    const at = `new-cart · production · ${grant.projectKey}`;
    expect(receiver.asked.map(({ body }) => JSON.parse(body))).toEqual([
      { text: `${at}: Killed by somebody: errors in checkout\n${link}` },
      { text: `${at}: Restored by somebody: mended\n${link}` },
    ]);
    expect((await deliveries(id)).map(({ event }) => event)).toEqual([
      'flag_restored',
      'flag_killed',
    ]);
    await webhook();
    await look();
    expect(receiver.asked).toHaveLength(2);
  });
});
