import { describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/support/database.js';
import { withManagement } from '../../../../test/support/management.js';
import { EVERYWHERE, play, playAll, type Scenario } from '../../../../test/support/scenario.js';

const FLAGS = '/projects/default/flags';
const change = {
  name: 'Awesome',
  description: '',
  variants: { on: true, off: false },
  tags: [],
  owner: '',
  kind: 'release',
  expectedLifetimeDays: null,
  clientVisible: false,
};

const story: readonly Scenario[] = [
  {
    title: 'a flag is made off everywhere, with a seed drawn from its key',
    request: `POST ${FLAGS}`,
    body: { key: 'team:awesome', tags: ['shop'] },
    status: 201,
    answer: {
      ...{ key: 'team:awesome', name: 'team:awesome', type: 'boolean', seed: 'team.awesome' },
      ...{ version: 1, archivedAt: null, tags: ['shop'], kind: 'release' },
      environments: {
        production: { status: 'off', killed: false, rules: 0, percentage: null },
      },
    },
    audit: {
      action: 'flag.create',
      target: { type: 'flag', key: 'team:awesome' },
      before: null,
      after: { key: 'team:awesome' },
      changes: [],
      environment: null,
      revision: null,
    },
    revised: EVERYWHERE,
  },
  {
    title: 'a seed that another flag has gets a suffix',
    request: `POST ${FLAGS}`,
    body: { key: 'team.awesome' },
    status: 201,
    answer: { key: 'team.awesome', seed: 'team.awesome-2' },
    audit: { action: 'flag.create' },
    revised: EVERYWHERE,
  },
  {
    title: 'a key that differs in case only is taken',
    request: `POST ${FLAGS}`,
    body: { key: 'Team:Awesome' },
    status: 409,
    answer: { code: 'ALREADY_EXISTS' },
  },
  {
    title: 'other types need variants, and are off at the first one unless told',
    request: `POST ${FLAGS}`,
    body: { key: 'colour', type: 'string', variants: { red: '#f00', blue: '#00f' } },
    status: 201,
    answer: { type: 'string', variants: { red: '#f00', blue: '#00f' } },
    audit: { action: 'flag.create' },
    revised: EVERYWHERE,
  },
  {
    title: 'the name of a flag is no news for SDKs',
    request: `PUT ${FLAGS}/team:awesome`,
    version: 1,
    body: { ...change, tags: ['a', 'b'], owner: 'checkout' },
    status: 200,
    answer: { version: 2, name: 'Awesome', tags: ['a', 'b'] },
    audit: {
      action: 'flag.update',
      changes: [
        { path: '/name', before: 'team:awesome', after: 'Awesome' },
        { path: '/tags', before: ['shop'], after: ['a', 'b'] },
        { path: '/owner', before: '', after: 'checkout' },
      ],
    },
  },
  {
    title: 'saving what is there already changes nothing',
    request: `PUT ${FLAGS}/team:awesome`,
    version: 2,
    body: { ...change, tags: ['a', 'b'], owner: 'checkout' },
    status: 200,
    answer: { version: 2 },
  },
  {
    title: 'a stale version gets what is there now',
    request: `PUT ${FLAGS}/team:awesome`,
    version: 1,
    body: change,
    status: 412,
    answer: { code: 'VERSION_STALE', current: { version: 2, owner: 'checkout' } },
  },
  {
    title: 'a version is required',
    request: `PUT ${FLAGS}/team:awesome`,
    body: change,
    status: 428,
    answer: { code: 'VERSION_REQUIRED' },
  },
  {
    title: 'new variants revise every environment',
    request: `PUT ${FLAGS}/colour`,
    version: 1,
    body: { ...change, variants: { red: '#f00', blue: '#00f', green: '#0f0' } },
    status: 200,
    answer: { variants: { green: '#0f0' } },
    audit: { action: 'flag.update' },
    revised: EVERYWHERE,
  },
  {
    title: 'a variant in use does not go, and the users are named',
    request: `PUT ${FLAGS}/colour`,
    version: 2,
    body: { ...change, variants: { blue: '#00f', green: '#0f0' } },
    status: 409,
    answer: {
      code: 'IN_USE',
      detail:
        'variant "red" is used by offVariant in development, offVariant in staging, ' +
        'offVariant in production',
    },
  },
  {
    title: 'only what is archived is deleted',
    request: `DELETE ${FLAGS}/colour`,
    status: 409,
    answer: { code: 'CONFLICT' },
  },
  {
    title: 'an archived flag leaves every ruleset',
    request: `POST ${FLAGS}/colour/archive`,
    body: { reason: 'nobody liked it' },
    status: 200,
    answer: { archivedAt: expect.stringMatching(/Z$/), version: 3 },
    audit: { action: 'flag.archive', reason: 'nobody liked it' },
    revised: EVERYWHERE,
  },
  {
    title: 'archiving again changes nothing',
    request: `POST ${FLAGS}/colour/archive`,
    status: 200,
    answer: { version: 3 },
  },
  {
    title: 'an archived flag is not changed',
    request: `PUT ${FLAGS}/colour`,
    version: 3,
    body: { ...change, variants: { red: '#f00', blue: '#00f', green: '#0f0' } },
    status: 409,
    answer: { code: 'CONFLICT' },
  },
  {
    title: 'an archived flag comes back as it was',
    request: `POST ${FLAGS}/colour/unarchive`,
    status: 200,
    answer: { archivedAt: null, version: 4 },
    audit: { action: 'flag.unarchive' },
    revised: EVERYWHERE,
  },
  {
    title: 'it is archived once more',
    request: `POST ${FLAGS}/colour/archive`,
    status: 200,
    audit: { action: 'flag.archive', reason: null },
    revised: EVERYWHERE,
  },
  {
    title: 'an archived flag is deleted, which SDKs do not notice',
    request: `DELETE ${FLAGS}/colour`,
    status: 204,
    audit: { action: 'flag.delete', before: { key: 'colour' }, after: null },
  },
  {
    title: 'what is deleted is not found',
    request: `GET ${FLAGS}/colour`,
    status: 404,
    answer: { code: 'NOT_FOUND', detail: 'flag "colour" does not exist' },
  },
];

const refused: readonly (Pick<Scenario, 'title' | 'body'> & { readonly pointer: string })[] = [
  { title: 'an unknown field', body: { key: 'a', tpye: 'string' }, pointer: '/tpye' },
  { title: 'a key with a space', body: { key: 'a b' }, pointer: '/key' },
  { title: 'a reserved key', body: { key: 'constructor' }, pointer: '/key' },
  { title: 'no key', body: {}, pointer: '/key' },
  { title: 'a key of another type', body: { key: 7 }, pointer: '/key' },
  { title: 'an unknown type', body: { key: 'a', type: 'bool' }, pointer: '/type' },
  { title: 'no variants', body: { key: 'a', type: 'number' }, pointer: '/variants' },
  {
    title: 'a value of another type',
    body: { key: 'a', type: 'number', variants: { one: 1, two: '2' } },
    pointer: '/variants/two',
  },
  {
    title: 'a variant with a bad name',
    body: { key: 'a', type: 'number', variants: { 'no way': 1 } },
    pointer: '/variants/no way',
  },
  {
    title: 'other variants of a boolean',
    body: { key: 'a', variants: { yes: true, no: false } },
    pointer: '/variants',
  },
  {
    title: 'an off variant that does not exist',
    body: { key: 'a', type: 'number', variants: { one: 1 }, offVariant: 'two' },
    pointer: '/offVariant',
  },
  {
    title: 'a lifetime of no days',
    body: { key: 'a', expectedLifetimeDays: 0 },
    pointer: '/expectedLifetimeDays',
  },
  { title: 'an empty tag', body: { key: 'a', tags: [''] }, pointer: '/tags/0' },
  {
    title: 'more than 100 variants',
    body: {
      ...{ key: 'a', type: 'number' },
      variants: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`v${i}`, i])),
    },
    pointer: '/variants',
  },
];

describe.each(databaseKinds)('flags on %s', (kind) => {
  const api = withManagement(kind);

  it('can be created, changed, archived and deleted', async () => {
    await playAll(api, story);
  });

  it.each(refused)('cannot be created with $title', async ({ body, pointer }) => {
    await play(api, {
      title: '',
      request: `POST ${FLAGS}`,
      body,
      status: 400,
      answer: {
        code: 'VALIDATION_FAILED',
        errors: expect.arrayContaining([{ pointer, message: expect.stringMatching(/\w/) }]),
      },
    });
  });
});
