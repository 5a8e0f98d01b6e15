import { describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/support/database.js';
import { withManagement } from '../../../../test/support/management.js';
import { EVERYWHERE, play, playAll, type Scenario } from '../../../../test/support/scenario.js';

const SEGMENTS = '/projects/default/segments';
const LIVE = '/projects/default/environments/production/flags';
const email = (ending: string) => ({
  ...{ attribute: 'email', operator: 'endsWith' },
  values: [ending],
});
const text = { name: 'Staff', description: '' };
const config = (rules: readonly unknown[]) => ({
  ...{ status: 'conditional', parent: null },
  ...{ offVariant: 'off', onVariant: 'on', defaultVariant: 'off' },
  rules,
});
const forSegment = (segment: string) =>
  config([{ id: 'r', when: { segment }, serve: { variant: 'on' } }]);

const story: readonly Scenario[] = [
  {
    title: 'a segment is made for every environment',
    request: `POST ${SEGMENTS}`,
    body: { key: 'staff', when: email('@example.com') },
    status: 201,
    answer: { key: 'staff', name: 'staff', version: 1, usedBy: { flags: [], segments: [] } },
    audit: { action: 'segment.create', target: { type: 'segment', key: 'staff' }, before: null },
    revised: EVERYWHERE,
  },
  {
    title: 'a key that differs in case only is taken',
    request: `POST ${SEGMENTS}`,
    body: { key: 'STAFF', when: email('@example.org') },
    status: 409,
    answer: { code: 'ALREADY_EXISTS' },
  },
  {
    title: 'a new name is no news for SDKs',
    request: `PUT ${SEGMENTS}/staff`,
    version: 1,
    body: { ...text, when: email('@example.com') },
    status: 200,
    answer: { version: 2, name: 'Staff' },
    audit: {
      action: 'segment.update',
      changes: [{ path: '/name', before: 'staff', after: 'Staff' }],
    },
  },
  {
    title: 'a new condition revises every environment',
    request: `PUT ${SEGMENTS}/staff`,
    version: 2,
    body: { ...text, when: email('@example.org') },
    status: 200,
    answer: { version: 3 },
    audit: {
      action: 'segment.update',
      changes: [{ path: '/when/values', before: ['@example.com'], after: ['@example.org'] }],
    },
    revised: EVERYWHERE,
  },
  {
    title: 'a stale version gets what is there now',
    request: `PUT ${SEGMENTS}/staff`,
    version: 2,
    body: { ...text, when: email('@example.net') },
    status: 412,
    answer: { code: 'VERSION_STALE', current: { version: 3, when: email('@example.org') } },
  },
  {
    title: 'a version is required',
    request: `PUT ${SEGMENTS}/staff`,
    body: { ...text, when: email('@example.net') },
    status: 428,
  },
  {
    title: 'segments name each other',
    request: `POST ${SEGMENTS}`,
    body: { key: 'early', when: { any: [{ segment: 'staff' }, email('@example.net')] } },
    status: 201,
    audit: { action: 'segment.create' },
    revised: EVERYWHERE,
  },
  {
    title: 'but not in a circle',
    request: `PUT ${SEGMENTS}/staff`,
    version: 3,
    body: { ...text, when: { not: { segment: 'early' } } },
    status: 400,
    answer: { errors: [{ pointer: '/when', message: expect.stringContaining('cycle') }] },
  },
  {
    title: 'a flag uses a segment',
    request: `POST /projects/default/flags`,
    body: { key: 'awesome' },
    status: 201,
    audit: { action: 'flag.create' },
    revised: EVERYWHERE,
  },
  {
    title: 'in one environment',
    request: `PUT ${LIVE}/awesome`,
    version: 1,
    body: forSegment('early'),
    status: 200,
    audit: { action: 'flag.configure' },
    revised: ['production'],
  },
  {
    title: 'its users are listed',
    request: `GET ${SEGMENTS}/early`,
    status: 200,
    answer: { usedBy: { flags: [{ environment: 'production', flag: 'awesome' }], segments: [] } },
  },
  {
    title: 'also in the list',
    request: `GET ${SEGMENTS}`,
    status: 200,
    answer: {
      items: [
        { key: 'early', usedBy: { flags: [{ flag: 'awesome' }], segments: [] } },
        { key: 'staff', usedBy: { flags: [], segments: ['early'] } },
      ],
      next: null,
    },
  },
  {
    title: 'what a flag uses is not deleted',
    request: `DELETE ${SEGMENTS}/early`,
    status: 409,
    answer: {
      code: 'IN_USE',
      detail: 'segment "early" is used by flag "awesome" in production',
    },
  },
  {
    title: 'what a segment uses is not deleted',
    request: `DELETE ${SEGMENTS}/staff`,
    status: 409,
    answer: { code: 'IN_USE', detail: 'segment "staff" is used by segment "early"' },
  },
  {
    title: 'a segment may not become too deep for a flag that uses it through another',
    request: `PUT ${SEGMENTS}/staff`,
    version: 3,
    body: { ...text, when: nested(18) },
    status: 400,
    answer: {
      errors: [
        {
          pointer: '/when',
          message: expect.stringContaining('rule "r" of flag "awesome" in production could not'),
        },
      ],
    },
  },
  {
    title: 'the flag lets go',
    request: `PUT ${LIVE}/awesome`,
    version: 2,
    body: config([]),
    status: 200,
    audit: { action: 'flag.configure' },
    revised: ['production'],
  },
  {
    title: 'what nobody uses is deleted from every ruleset',
    request: `DELETE ${SEGMENTS}/early`,
    status: 204,
    audit: { action: 'segment.delete', before: { key: 'early' }, after: null },
    revised: EVERYWHERE,
  },
  {
    title: 'and is not found any more',
    request: `GET ${SEGMENTS}/early`,
    status: 404,
    answer: { detail: 'segment "early" does not exist' },
  },
];

const refused: readonly (readonly [what: string, body: object, pointer: string])[] = [
  ['no condition', { key: 'a' }, '/when'],
  ['a condition that is no object', { key: 'a', when: 'x' }, '/when'],
  ['an empty condition', { key: 'a', when: {} }, '/when'],
  ['an unknown segment', { key: 'a', when: { segment: 'nobody' } }, '/when/segment'],
  ['itself', { key: 'a', when: { segment: 'a' } }, '/when'],
  [
    'an unknown operator deep inside',
    { key: 'a', when: { any: [{ all: [{ attribute: 'x', operator: 'is', values: [] }] }] } },
    '/when/any/0/all/0/operator',
  ],
  [
    'a misspelt field',
    { key: 'a', when: { attribute: 'x', operator: 'in', values: [], value: 1 } },
    '/when/value',
  ],
  ['21 levels', { key: 'a', when: nested(21) }, '/when'],
  ['an unknown field', { key: 'a', when: { all: [] }, tags: [] }, '/tags'],
];

function nested(depth: number): object {
  const innermost: object = { attribute: 'a', operator: 'exists', values: [] };
  return Array.from({ length: depth - 1 }).reduce<object>((inner) => ({ not: inner }), innermost);
}

describe.each(databaseKinds)('segments on %s', (kind) => {
  const api = withManagement(kind);

  it('can be created, changed, used and deleted', async () => {
    await playAll(api, story);
  });

  it.each(refused)('cannot be created with %s', async (_, body, pointer) => {
    const { errors } = await play(api, {
      title: '',
      request: `POST ${SEGMENTS}`,
      body,
      status: 400,
      answer: { code: 'VALIDATION_FAILED' },
    });
    expect(errors.map((error: { pointer: string }) => error.pointer)).toContainEqual(
      expect.stringMatching(new RegExp(`^${pointer}(/|$)`)),
    );
  });
});
