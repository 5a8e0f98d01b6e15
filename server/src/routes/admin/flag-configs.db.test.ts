import { beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/support/database.js';
import { withManagement } from '../../../../test/support/management.js';
import { play, playAll, type Scenario } from '../../../../test/support/scenario.js';

const LIVE = '/projects/default/environments/production/flags';
const ramp = (to: number) => ({ id: 'ramp', rollout: { to }, serve: { variant: 'on' } });
const config = (rules: readonly unknown[] = [], more: object = {}) => ({
  ...{ status: 'conditional', parent: null },
  ...{ offVariant: 'off', onVariant: 'on', defaultVariant: 'off' },
  rules,
  ...more,
});

const story: readonly Scenario[] = [
  {
    title: 'a rollout is saved in one environment',
    request: `PUT ${LIVE}/awesome`,
    version: 1,
    body: config([ramp(25)]),
    status: 200,
    answer: { version: 2, status: 'conditional', rules: [ramp(25)], warnings: [] },
    audit: {
      action: 'flag.configure',
      environment: 'production',
      target: { type: 'flag', key: 'awesome' },
      changes: [
        { path: '/status', before: 'off', after: 'conditional' },
        { path: '/rules/ramp', before: null, after: ramp(25) },
      ],
      revision: 3,
      actor: { kind: 'apiKey' },
    },
    revised: ['production'],
  },
  {
    title: 'the overview shows it',
    request: 'GET /projects/default/flags/awesome',
    status: 200,
    answer: {
      environments: {
        production: { status: 'conditional', rules: 1, percentage: 25 },
        staging: { status: 'off', rules: 0, percentage: null },
      },
    },
  },
  {
    title: 'saving what is there already makes no revision',
    request: `PUT ${LIVE}/awesome`,
    version: 2,
    body: config([ramp(25)]),
    status: 200,
    answer: { version: 2 },
  },
  {
    title: 'a stale version gets what is there now',
    request: `PUT ${LIVE}/awesome`,
    version: 1,
    body: config([ramp(50)]),
    status: 412,
    answer: { code: 'VERSION_STALE', current: { version: 2, rules: [ramp(25)] } },
  },
  {
    title: 'a version is required',
    request: `PUT ${LIVE}/awesome`,
    body: config([ramp(50)]),
    status: 428,
    answer: { code: 'VERSION_REQUIRED' },
  },
  {
    title: 'a kill needs a reason',
    request: `POST ${LIVE}/awesome/kill`,
    body: {},
    status: 400,
    answer: { errors: [{ pointer: '/reason' }] },
  },
  {
    title: 'a kill needs no version and keeps the rules',
    request: `POST ${LIVE}/awesome/kill`,
    body: { reason: 'checkout is down' },
    status: 200,
    answer: {
      ...{ killed: true, version: 2, status: 'conditional', rules: [ramp(25)] },
      kill: { reason: 'checkout is down', by: 'initial key', revision: 4 },
    },
    audit: {
      action: 'flag.kill',
      environment: 'production',
      reason: 'checkout is down',
      revision: 4,
    },
    revised: ['production'],
  },
  {
    title: 'killing again changes nothing, not even the reason',
    request: `POST ${LIVE}/awesome/kill`,
    body: { reason: 'me too' },
    status: 200,
    answer: { killed: true, kill: { reason: 'checkout is down', revision: 4 } },
    forbidden: ['me too'],
  },
  {
    title: 'a killed flag may be edited, and stays killed',
    request: `PUT ${LIVE}/awesome`,
    version: 2,
    body: config([ramp(0.5)]),
    status: 200,
    answer: { version: 3, killed: true, kill: { reason: 'checkout is down', revision: 4 } },
    audit: { action: 'flag.configure' },
    revised: ['production'],
  },
  {
    title: 'an editor cannot lift a kill',
    request: `PUT ${LIVE}/awesome`,
    version: 3,
    body: config([ramp(1)], { killed: false }),
    status: 400,
    answer: { errors: [{ pointer: '/killed' }] },
  },
  {
    title: 'a killed flag is not archived',
    request: 'POST /projects/default/flags/awesome/archive',
    body: {},
    status: 409,
    answer: { code: 'CONFLICT', detail: expect.stringContaining('killed in production') },
  },
  {
    title: 'a restore lifts the kill and leaves the rules as they are',
    request: `POST ${LIVE}/awesome/restore`,
    body: { reason: 'fixed' },
    status: 200,
    answer: { killed: false, kill: null, version: 3, rules: [ramp(0.5)] },
    audit: { action: 'flag.restore', reason: 'fixed', revision: 6 },
    revised: ['production'],
  },
  {
    title: 'restoring what is not killed changes nothing',
    request: `POST ${LIVE}/awesome/restore`,
    body: { reason: 'again' },
    status: 200,
    answer: { killed: false },
  },
  {
    title: 'what is not meant is said, and saved all the same',
    request: `PUT ${LIVE}/awesome`,
    version: 3,
    body: config([{ id: 'all', serve: { variant: 'on' } }, ramp(0)], { status: 'on' }),
    status: 200,
    answer: {
      warnings: [
        { pointer: '/rules', message: 'rules take no part while status is "on"' },
        { pointer: '/rules/1', message: 'never reached: rule "all" takes everybody' },
        { pointer: '/rules/1/rollout/to', message: 'rule "ramp" includes nobody' },
      ],
    },
    audit: { action: 'flag.configure' },
    revised: ['production'],
  },
  {
    title: 'a flag becomes a parent',
    request: `PUT ${LIVE}/child`,
    version: 1,
    body: config([], { parent: 'awesome', status: 'inherit' }),
    status: 200,
    audit: { action: 'flag.configure', revision: 8 },
    revised: ['production'],
  },
  {
    title: 'a parent is not archived, and its children are named',
    request: 'POST /projects/default/flags/awesome/archive',
    body: {},
    status: 409,
    answer: {
      code: 'IN_USE',
      detail: 'flag "awesome" is used by flag "child" (its parent in production)',
    },
  },
  {
    title: 'parents do not run in a circle',
    request: `PUT ${LIVE}/awesome`,
    version: 4,
    body: config([], { parent: 'child' }),
    status: 400,
    answer: { errors: [{ pointer: '/parent', message: expect.stringContaining('cycle') }] },
  },
];

const leaf = (operator: string, ...values: unknown[]) => ({
  id: 'r',
  when: { attribute: 'a', operator, values },
  serve: { variant: 'on' },
});

const refused: readonly (readonly [what: string, body: object, pointer: string])[] = [
  ['an unknown operator', config([leaf('like', 'x')]), '/rules/0/when/operator'],
  ['a bad CIDR', config([leaf('ipIn', '10.0.0.0/33')]), '/rules/0/when/values/0'],
  ['a bad pattern', config([leaf('matches', '(')]), '/rules/0/when/values/0'],
  ['a bad version', config([leaf('semverEquals', '1.2.x')]), '/rules/0/when/values/0'],
  ['a bad date', config([leaf('after', 'tomorrow')]), '/rules/0/when/values/0'],
  [
    'values that are no list',
    config([{ ...leaf('in'), when: { attribute: 'a', operator: 'in', values: 'x' } }]),
    '/rules/0/when/values',
  ],
  [
    'an unknown segment',
    config([{ id: 'r', when: { segment: 'nobody' }, serve: { variant: 'on' } }]),
    '/rules/0/when/segment',
  ],
  [
    'an unknown variant',
    config([{ id: 'r', serve: { variant: 'maybe' } }]),
    '/rules/0/serve/variant',
  ],
  [
    'an unknown variant in a split',
    config([{ id: 'r', serve: { split: { on: 1, maybe: 1 } } }]),
    '/rules/0/serve/split/maybe',
  ],
  [
    'a weight that is no whole number',
    config([{ id: 'r', serve: { split: { on: 33.3, off: 1 } } }]),
    '/rules/0/serve/split/on',
  ],
  [
    'a weight of nothing',
    config([{ id: 'r', serve: { split: { on: 0, off: 1 } } }]),
    '/rules/0/serve/split/on',
  ],
  ['neither variant nor split', config([{ id: 'r', serve: {} }]), '/rules/0/serve'],
  ['more than everybody', config([ramp(101)]), '/rules/0/rollout/to'],
  ['a fourth decimal', config([ramp(0.0005)]), '/rules/0/rollout/to'],
  [
    'a range upside down',
    config([{ id: 'r', rollout: { from: 20, to: 10 }, serve: { variant: 'on' } }]),
    '/rules/0/rollout/from',
  ],
  [
    'an unknown hash',
    config([{ id: 'r', rollout: { to: 1, hash: 'md5' }, serve: { variant: 'on' } }]),
    '/rules/0/rollout/hash',
  ],
  ['the same id twice', config([ramp(1), ramp(2)]), '/rules/1/id'],
  ['a rule without id', config([{ serve: { variant: 'on' } }]), '/rules/0/id'],
  ['a rule that is no object', config([7]), '/rules/0'],
  ['a misspelt field of a rule', config([{ ...ramp(1), wehn: {} }]), '/rules/0/wehn'],
  [
    'a misspelt field of a rollout',
    config([{ id: 'r', rollout: { to: 1, of: 2 }, serve: { variant: 'on' } }]),
    '/rules/0/rollout/of',
  ],
  [
    'a misspelt field deep in a condition',
    config([
      {
        id: 'r',
        when: {
          all: [{ not: { attribute: 'a', operator: 'exists', values: [], ignorecase: true } }],
        },
        serve: { variant: 'on' },
      },
    ]),
    '/rules/0/when/all/0/not/ignorecase',
  ],
  ['a release', config([{ ...ramp(1), release: { id: 'x', phase: 1 } }]), '/rules/0/release'],
  [
    'two conditions in one',
    config([{ id: 'r', when: { all: [], any: [] }, serve: { variant: 'on' } }]),
    '/rules/0/when',
  ],
  ['an unknown parent', config([], { parent: 'nobody' }), '/parent'],
  ['itself as parent', config([], { parent: 'lonely' }), '/parent'],
  ['an unknown status', config([], { status: 'paused' }), '/status'],
  ['on without an on variant', config([], { status: 'on', onVariant: null }), '/onVariant'],
  ['an unknown default variant', config([], { defaultVariant: 'maybe' }), '/defaultVariant'],
  ['another off variant of a boolean', config([], { offVariant: 'on' }), '/offVariant'],
  ['no rules', { ...config(), rules: undefined }, '/rules'],
  [
    '101 rules',
    config(Array.from({ length: 101 }, (_, i) => ({ ...ramp(1), id: `r${i}` }))),
    '/rules',
  ],
  [
    '10,001 values',
    config([leaf('in', ...Array.from({ length: 10_001 }, (_, i) => i))]),
    '/rules/0/when/values',
  ],
  ['21 levels', config([{ id: 'r', when: nested(21), serve: { variant: 'on' } }]), '/rules/0/when'],
];

function nested(depth: number): object {
  const innermost: object = { attribute: 'a', operator: 'exists', values: [] };
  return Array.from({ length: depth - 1 }).reduce<object>((inner) => ({ not: inner }), innermost);
}

describe.each(databaseKinds)('flag configs on %s', (kind) => {
  const api = withManagement(kind);
  beforeAll(async () => {
    for (const key of ['awesome', 'child']) {
      await api.expect(201, 'POST /projects/default/flags', { body: { key } });
    }
  });

  it('can be changed, killed and restored', async () => {
    await playAll(api, story);
  });

  describe('cannot be saved with', () => {
    beforeAll(async () => {
      await api.expect(201, 'POST /projects/default/flags', { body: { key: 'lonely' } });
    });

    it.each(refused)('%s', async (_, body, pointer) => {
      const { errors } = await play(api, {
        title: '',
        request: `PUT ${LIVE}/lonely`,
        version: 1,
        body,
        status: 400,
        answer: { code: 'VALIDATION_FAILED' },
      });
      expect(errors.map((error: { pointer: string }) => error.pointer)).toContainEqual(
        expect.stringMatching(new RegExp(`^${pointer}(/|$)`)),
      );
    });
  });

  it('allow at most 32 parents in a chain, whichever flag gets a new parent', async () => {
    const keys = Array.from({ length: 34 }, (_, index) => `chain-${index}`);
    for (const key of keys) {
      await api.expect(201, 'POST /projects/default/flags', { body: { key } });
    }
    const link = (key: string, parent: string) =>
      api.call(`PUT ${LIVE}/${key}`, { version: 1, body: config([], { parent }) });
    for (const [index, key] of keys.slice(1, 33).entries()) {
      expect(await link(key, keys[index] ?? '')).toMatchObject({ status: 200 });
    }
    expect((await link('chain-33', 'chain-32')).body.errors).toEqual([
      { pointer: '/parent', message: 'at most 32 parents, got 33' },
    ]);
    expect((await link('chain-0', 'chain-33')).body.errors).toEqual([
      { pointer: '/parent', message: 'flag "chain-32" would have more than 32 parents above it' },
    ]);
  });
});
