import { describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/support/database.js';
import { withManagement } from '../../../../test/support/management.js';
import { playAll, type Scenario } from '../../../../test/support/scenario.js';

const LIVE = '/projects/default/environments/production';
const MARKERS = `${LIVE}/markers`;
const version = { service: 'checkout', version: '1.4.2' };

const story: readonly Scenario[] = [
  {
    title: 'a deploy is told; time and actor are those of the request',
    request: `POST ${LIVE}/deploys`,
    body: { ...version, commit: '9f0c1d2', url: 'https://ci.example.com/12' },
    status: 201,
    answer: {
      ...{ ...version, type: 'deploy', label: 'deploy of checkout 1.4.2', derived: false },
      ...{ at: '2026-03-01T12:00:00.000Z', endAt: null, actor: expect.any(String) },
    },
    audit: { action: 'marker.create', environment: 'production', before: null },
  },
  {
    title: 'again within the same minute it is the same one',
    request: `POST ${LIVE}/deploys`,
    body: { ...version, at: '2026-03-01T12:00:59.999Z', actor: 'somebody else' },
    status: 200,
    answer: { commit: '9f0c1d2' },
  },
  {
    title: 'a minute later it is another one',
    request: `POST ${LIVE}/deploys`,
    body: { ...version, at: '2026-03-01T12:01:00Z', actor: 'ci', idempotencyKey: 'run-13' },
    status: 201,
    answer: { actor: 'ci' },
    audit: { action: 'marker.create' },
  },
  {
    title: 'the same key is the same marker, whatever else it says',
    request: `POST ${MARKERS}`,
    body: { type: 'incident', version: 'INC-1', idempotencyKey: 'run-13' },
    status: 200,
    answer: { type: 'deploy', actor: 'ci' },
  },
  {
    title: 'an incident may last',
    request: `POST ${MARKERS}`,
    body: {
      ...{ type: 'incident', version: 'INC-12', at: '2026-03-01T10:00:00+01:00' },
      endAt: '2026-03-01T11:30:00Z',
    },
    status: 201,
    answer: { at: '2026-03-01T09:00:00.000Z', label: 'incident INC-12' },
    audit: { action: 'marker.create' },
  },
  {
    title: 'two nameless markers within a minute are two',
    request: `POST ${MARKERS}`,
    body: { type: 'custom', at: '2026-02-01T00:00:00Z' },
    status: 201,
    audit: { action: 'marker.create' },
  },
  {
    title: 'as somebody may have meant',
    request: `POST ${MARKERS}`,
    body: { type: 'custom', at: '2026-02-01T00:00:00Z' },
    status: 201,
    audit: { action: 'marker.create' },
  },
  {
    title: 'all are listed, newest first',
    request: `GET ${MARKERS}?limit=2`,
    status: 200,
    answer: { items: [{ actor: 'ci' }, { commit: '9f0c1d2' }], next: expect.any(String) },
  },
  {
    title: 'a span holds what was still going on in it',
    request: `GET ${MARKERS}?from=2026-03-01T11:00:00Z&to=2026-03-01T12:00:00Z`,
    status: 200,
    answer: { items: [{ commit: '9f0c1d2' }, { version: 'INC-12' }], next: null },
  },
  {
    title: 'a deploy of nothing is refused',
    request: `POST ${LIVE}/deploys`,
    body: { service: 'checkout' },
    status: 400,
    answer: { errors: [{ pointer: '/version', message: 'is missing: a deploy needs it' }] },
  },
  {
    title: 'so is a link that is none, a time to come, and an end before the start',
    request: `POST ${MARKERS}`,
    body: {
      ...{ type: 'custom', url: 'javascript:alert(1)', at: '2026-03-01T12:06:00Z' },
      endAt: '2026-03-01T12:05:00Z',
    },
    status: 400,
    answer: { errors: [{ pointer: '/url' }, { pointer: '/at' }, { pointer: '/endAt' }] },
  },
  {
    title: 'and a kind that nobody knows',
    request: `POST ${MARKERS}`,
    body: { type: 'party' },
    status: 400,
    answer: { errors: [{ pointer: '/type', message: expect.stringContaining('"party"') }] },
  },
  {
    title: 'and a span that is none',
    request: `GET ${MARKERS}?from=yesterday`,
    status: 400,
  },
];

describe.each(databaseKinds)('markers on %s', (kind) => {
  const api = withManagement(kind);

  it('are stored once, however often they are sent', async () => {
    await playAll(api, story);
  });

  it('are paged without gaps when their times are equal', async () => {
    const seen: string[] = [];
    for (let next: string | null = ''; next !== null; ) {
      const cursor: string = next === '' ? '' : `&cursor=${next}`;
      const page = await api.expect(200, `GET ${MARKERS}?limit=1${cursor}`);
      seen.push(...page.items.map((marker: { id: string }) => marker.id));
      next = page.next;
    }
    expect(new Set(seen).size).toBe(5);
    expect(seen).toHaveLength(5);
  });
});
