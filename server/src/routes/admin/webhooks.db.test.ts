import { describe, expect, it } from 'vitest';
import { saying, withAnsweringServer } from '../../../../test/support/answering-server.js';
import { databaseKinds } from '../../../../test/support/database.js';
import { withManagement } from '../../../../test/support/management.js';
import { play, playAll } from '../../../../test/support/scenario.js';

const WEBHOOKS = '/projects/default/webhooks';
const url = 'https://93.184.215.14/hooks/sluice?token=canary';
const change = { name: 'Hook', events: [], format: 'sluice', enabled: true };
const forbidden = ['canary'];

describe.each(databaseKinds)('webhooks on %s', (kind) => {
  const api = withManagement(kind);

  it('can be added, changed and deleted, with a hidden URL and a secret shown once', async () => {
    const made = await play(api, {
      title: 'a webhook is added',
      request: `POST ${WEBHOOKS}`,
      body: { name: 'Hook', url },
      status: 201,
      answer: { url: 'https://93.184.215.14/hooks/sluice?…', events: [], enabled: true },
      forbidden,
      audit: { action: 'webhook.create' },
    });
    expect(made.secret).toMatch(/^sluice_webhook_[0-9a-f]{64}$/);
    const one = `${WEBHOOKS}/${made.id}`;
    await playAll(api, [
      {
        title: 'it is shown without its secret',
        request: `GET ${one}`,
        status: 200,
        answer: { name: 'Hook', version: 1 },
        forbidden: [made.secret, ...forbidden],
      },
      {
        title: 'saving what is there changes nothing',
        request: `PUT ${one}`,
        version: 1,
        body: change,
        status: 200,
        answer: { version: 1 },
      },
      {
        title: 'another secret in the address is told of, and not told',
        request: `PUT ${one}`,
        version: 1,
        body: { ...change, url: `${url}-2` },
        status: 200,
        answer: { version: 2 },
        forbidden,
        audit: {
          action: 'webhook.update',
          changes: [{ path: '/address', before: null, after: 'changed' }],
        },
      },
      {
        title: 'a chat shows no path',
        request: `PUT ${one}`,
        version: 2,
        body: { ...change, format: 'chat', events: ['rolled_back', 'flag_killed'] },
        status: 200,
        answer: { url: 'https://93.184.215.14/…', events: ['rolled_back', 'flag_killed'] },
        audit: { action: 'webhook.update' },
      },
      {
        title: 'a stale version gets what is there now',
        request: `PUT ${one}`,
        version: 2,
        body: change,
        status: 412,
        answer: { current: { version: 3 } },
        forbidden: [made.secret, ...forbidden],
      },
      {
        title: 'a private address is refused, with what to set',
        request: `POST ${WEBHOOKS}`,
        body: { name: 'Hook', url: 'http://192.168.1.9/hook?token=canary' },
        status: 400,
        answer: {
          errors: [
            {
              pointer: '/url',
              message: expect.stringContaining('SLUICE_OUTBOUND_ALLOW, such as 192.168.1.9/32'),
            },
          ],
        },
        forbidden,
      },
      {
        title: 'so it is when it is changed',
        request: `PUT ${one}`,
        version: 3,
        body: { ...change, url: 'http://[::1]:8080' },
        status: 400,
        answer: { errors: [{ pointer: '/url' }] },
      },
      {
        title: 'an event and a format that nobody knows are refused by name',
        request: `POST ${WEBHOOKS}`,
        body: { name: '', url, format: 'fax', events: ['advanced', 'party'] },
        status: 400,
        answer: {
          errors: [{ pointer: '/name' }, { pointer: '/format' }, { pointer: '/events/1' }],
        },
        forbidden,
      },
      { title: 'a list shows no secret', request: `GET ${WEBHOOKS}`, status: 200, forbidden },
      {
        title: 'nothing was sent yet',
        request: `GET ${one}/deliveries`,
        status: 200,
        answer: { items: [], next: null },
      },
      {
        title: 'it is deleted',
        request: `DELETE ${one}`,
        status: 204,
        audit: { action: 'webhook.delete', after: null },
      },
      { title: 'and gone', request: `GET ${one}/deliveries`, status: 404 },
    ]);
    const { items } = await api.expect(200, 'GET /projects/default/audit?limit=50');
    expect(JSON.stringify(items)).not.toMatch(/canary|sluice_webhook_/);
    expect(api.logged()).not.toMatch(/canary|sluice_webhook_[0-9a-f]/);
  });
});

describe('the test of a webhook', () => {
  const receiver = withAnsweringServer();
  const api = withManagement('embedded', { SLUICE_OUTBOUND_ALLOW: '127.0.0.1' });

  it('sends one message, whatever events are selected, and returns the outcome', async () => {
    receiver.answer(saying('thanks'));
    const body = { name: 'Hook', url: `${receiver.url}/hook`, events: ['completed'] };
    const { id } = await api.expect(201, `POST ${WEBHOOKS}`, { body });
    expect(await api.expect(200, `POST ${WEBHOOKS}/${id}/test`)).toMatchObject({
      ...{ event: 'test', state: 'delivered', attempts: 1, lastError: null },
    });
    expect(JSON.parse(receiver.asked[0]?.body ?? '')).toMatchObject({
      ...{ event: 'test', project: 'default', url: null },
      sentence: expect.stringContaining('test of the webhook "Hook"'),
    });
    receiver.answer(saying('no', 404));
    expect(await api.expect(200, `POST ${WEBHOOKS}/${id}/test`)).toMatchObject({
      ...{ state: 'given_up', lastError: 'answered 404' },
    });
    const { items } = await api.expect(200, `GET ${WEBHOOKS}/${id}/deliveries`);
    expect(items).toHaveLength(2);
  });
});
