import { describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/support/database.js';
import { withManagement } from '../../../../test/support/management.js';
import { playAll, type Scenario } from '../../../../test/support/scenario.js';

const WINDOWS = '/projects/default/windows';
const hours = {
  ...{ kind: 'window', name: 'Office hours', timeZone: 'Europe/Amsterdam' },
  ...{ days: [5, 1], opens: '09:00', closes: '17:00' },
};
const freeze = { kind: 'freeze', name: 'Year end', startsAt: '2026-12-20T00:00:00+01:00' };

const story: readonly Scenario[] = [
  {
    title: 'a window is made',
    request: `POST ${WINDOWS}`,
    body: { key: 'office', ...hours, environments: ['production'] },
    status: 201,
    answer: { key: 'office', days: [1, 5], environments: ['production'], startsAt: null },
    audit: { action: 'window.create', target: { type: 'window', key: 'office' }, before: null },
  },
  {
    title: 'a key that differs in case only is taken',
    request: `POST ${WINDOWS}`,
    body: { key: 'Office', ...hours },
    status: 409,
    answer: { code: 'ALREADY_EXISTS' },
  },
  {
    title: 'hours of no zone, on no day, at no time are refused by name',
    request: `POST ${WINDOWS}`,
    body: { key: 'bad', ...hours, timeZone: 'Nowhere', days: [], opens: '9', environments: ['x'] },
    status: 400,
    answer: {
      errors: [
        { pointer: '/timeZone', message: expect.stringContaining('Nowhere') },
        { pointer: '/days' },
        { pointer: '/opens', message: 'must be like 09:30, got "9"' },
        { pointer: '/environments/0', message: 'there is no environment "x"' },
      ],
    },
  },
  {
    title: 'an eighth day is refused',
    request: `POST ${WINDOWS}`,
    body: { key: 'bad', ...hours, days: [8] },
    status: 400,
    answer: { errors: [{ pointer: '/days/0', message: expect.stringContaining('at most 7') }] },
  },
  {
    title: 'a window has no start',
    request: `POST ${WINDOWS}`,
    body: { key: 'bad', ...hours, startsAt: '2026-12-20T00:00:00Z' },
    status: 400,
    answer: { errors: [{ pointer: '/startsAt' }] },
  },
  {
    title: 'a misspelt field is refused',
    request: `POST ${WINDOWS}`,
    body: { key: 'bad', ...hours, timezone: 'UTC' },
    status: 400,
    answer: { errors: [{ pointer: '/timezone', message: 'this field is unknown' }] },
  },
  {
    title: 'a freeze is made, and shown in UTC',
    request: `POST ${WINDOWS}`,
    body: { key: 'year-end', ...freeze },
    status: 201,
    answer: { startsAt: '2026-12-19T23:00:00.000Z', endsAt: null, timeZone: null, days: null },
    audit: { action: 'freeze.create' },
  },
  {
    title: 'a version is required',
    request: `PUT ${WINDOWS}/year-end`,
    body: freeze,
    status: 428,
  },
  {
    title: 'saving what is there changes nothing',
    request: `PUT ${WINDOWS}/year-end`,
    version: 1,
    body: freeze,
    status: 200,
    answer: { version: 1 },
  },
  {
    title: 'a freeze gets an end',
    request: `PUT ${WINDOWS}/year-end`,
    version: 1,
    body: { ...freeze, endsAt: '2027-01-04T08:00:00Z' },
    status: 200,
    answer: { version: 2, endsAt: '2027-01-04T08:00:00.000Z' },
    audit: {
      action: 'freeze.update',
      changes: [{ path: '/endsAt', before: null, after: '2027-01-04T08:00:00.000Z' }],
    },
  },
  {
    title: 'an end before the start is refused',
    request: `PUT ${WINDOWS}/year-end`,
    version: 2,
    body: { ...freeze, endsAt: '2026-01-04T08:00:00Z' },
    status: 400,
    answer: { errors: [{ pointer: '/endsAt' }] },
  },
  {
    title: 'a stale version gets what is there now',
    request: `PUT ${WINDOWS}/year-end`,
    version: 1,
    body: freeze,
    status: 412,
    answer: { current: { version: 2 } },
  },
  {
    title: 'a freeze does not become a window',
    request: `PUT ${WINDOWS}/year-end`,
    version: 2,
    body: hours,
    status: 400,
    answer: { errors: [{ pointer: '/kind' }] },
  },
  {
    title: 'both are listed by key',
    request: `GET ${WINDOWS}?limit=1`,
    status: 200,
    answer: { items: [{ key: 'office' }], next: expect.any(String) },
  },
  {
    title: 'one can be read',
    request: `GET ${WINDOWS}/office`,
    status: 200,
    answer: { version: 1, kind: 'window' },
  },
  {
    title: 'a freeze is lifted',
    request: `DELETE ${WINDOWS}/year-end`,
    status: 204,
    audit: { action: 'freeze.delete', after: null },
  },
  { title: 'and is gone', request: `GET ${WINDOWS}/year-end`, status: 404 },
];

describe.each(databaseKinds)('windows and freezes on %s', (kind) => {
  const api = withManagement(kind);

  it('can be created, changed and deleted, each with an audit entry', async () => {
    await playAll(api, story);
  });

  it('cannot be deleted while an open release uses them', async () => {
    const flag = '/projects/default/environments/production/flags/awesome';
    await api.expect(201, 'POST /projects/default/flags', { body: { key: 'awesome' } });
    const body = { plan: { template: 'standard', windows: ['office'] }, start: false };
    const { id } = await api.expect(201, `POST ${flag}/releases`, { body });
    const refused = await api.expect(409, `DELETE ${WINDOWS}/office`);
    expect(refused).toMatchObject({
      code: 'IN_USE',
      detail: 'window "office" is used by the release of "awesome" in production',
    });
    const cancel = { body: { reason: 'not now' } };
    await api.expect(200, `POST ${flag}/releases/${id}/cancel`, cancel);
    await api.expect(204, `DELETE ${WINDOWS}/office`);
  });
});
