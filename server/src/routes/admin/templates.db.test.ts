import { describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/support/database.js';
import { withManagement } from '../../../../test/support/management.js';
import { playAll, type Scenario } from '../../../../test/support/scenario.js';

const TEMPLATES = '/projects/default/templates';
const gates = [{ metric: 'http.errors', action: 'rollback' }];
const plan = { steps: [{ percent: 2 }, { percent: 100 }], gates };
const change = { name: 'Ours', description: 'Two steps' };

const story: readonly Scenario[] = [
  {
    title: 'built-in ones are there, with whole plans',
    request: `GET ${TEMPLATES}/standard`,
    status: 200,
    answer: { builtIn: true, plan: { steps: expect.any(Array), tickSeconds: 30 }, createdAt: null },
  },
  {
    title: 'a template is made; what it leaves out has a default',
    request: `POST ${TEMPLATES}`,
    body: { key: 'ours', plan },
    status: 201,
    answer: {
      ...{ key: 'ours', name: 'ours', builtIn: false, version: 1 },
      plan: {
        template: null,
        steps: [
          { percent: 2, minBakeSeconds: 3600, minUnits: 100, advance: 'earned' },
          { percent: 100, minBakeSeconds: 0 },
        ],
        gates: [{ metric: 'http.errors', weight: 1 }],
      },
    },
    audit: { action: 'template.create', target: { type: 'template', key: 'ours' } },
  },
  {
    title: 'another begins with it',
    request: `POST ${TEMPLATES}`,
    body: { key: 'ours-2', plan: { template: 'ours', tickSeconds: 10 } },
    status: 201,
    answer: { plan: { tickSeconds: 10, steps: [{ percent: 2 }, { percent: 100 }] } },
    audit: { action: 'template.create' },
  },
  {
    title: 'a key that differs in case only is taken',
    request: `POST ${TEMPLATES}`,
    body: { key: 'OURS', plan },
    status: 409,
    answer: { code: 'ALREADY_EXISTS' },
  },
  {
    title: 'a plan that could never run is refused by the field at fault',
    request: `POST ${TEMPLATES}`,
    body: {
      key: 'bad',
      plan: {
        ...{ steps: [{ percent: 50 }, { percent: 5 }], windows: ['nowhere'] },
        ...{ gates: [{ metric: 'unheard-of', action: 'pause' }], startAt: '2026-04-01T00:00:00Z' },
      },
    },
    status: 400,
    answer: {
      errors: expect.arrayContaining([
        expect.objectContaining({ pointer: '/plan/gates/0/metric' }),
        expect.objectContaining({ pointer: '/plan/windows/0' }),
        expect.objectContaining({ pointer: '/plan/startAt' }),
      ]),
    },
  },
  {
    title: 'so is one of an unknown form',
    request: `POST ${TEMPLATES}`,
    body: { key: 'bad', plan: { steps: [{ percent: '5' }], gate: [] } },
    status: 400,
    answer: { errors: [{ pointer: '/plan/steps/0/percent' }, { pointer: '/plan/gate' }] },
  },
  {
    title: 'it changes by version',
    request: `PUT ${TEMPLATES}/ours`,
    version: 1,
    body: { ...change, plan: { ...plan, steps: [{ percent: 3 }, { percent: 100 }] } },
    status: 200,
    answer: { version: 2, name: 'Ours', plan: { steps: [{ percent: 3 }, { percent: 100 }] } },
    audit: { action: 'template.update' },
  },
  {
    title: 'saving what is there changes nothing',
    request: `PUT ${TEMPLATES}/ours`,
    version: 2,
    body: { ...change, plan: { ...plan, steps: [{ percent: 3 }, { percent: 100 }] } },
    status: 200,
    answer: { version: 2 },
  },
  {
    title: 'a stale version gets what is there now',
    request: `PUT ${TEMPLATES}/ours`,
    version: 1,
    body: { ...change, plan },
    status: 412,
    answer: { current: { version: 2 } },
  },
  {
    title: 'a built-in one does not change',
    request: `PUT ${TEMPLATES}/standard`,
    version: 1,
    body: { ...change, plan },
    status: 409,
    answer: { code: 'CONFLICT', detail: expect.stringContaining('built in') },
  },
  { title: 'nor go', request: `DELETE ${TEMPLATES}/careful`, status: 409 },
  {
    title: 'nor have a double',
    request: `POST ${TEMPLATES}`,
    body: { key: 'FAST', plan },
    status: 409,
  },
  {
    title: 'one of ours goes',
    request: `DELETE ${TEMPLATES}/ours`,
    status: 204,
    audit: { action: 'template.delete', after: null },
  },
  { title: 'and is gone', request: `GET ${TEMPLATES}/ours`, status: 404 },
];

describe.each(databaseKinds)('templates on %s', (kind) => {
  const api = withManagement(kind);

  it('can be created, changed and deleted, except built-in ones', async () => {
    await playAll(api, story);
  });

  it('are paged by key, including built-in ones', async () => {
    const keys: string[] = [];
    for (let next: string | null = ''; next !== null; ) {
      const cursor: string = next === '' ? '' : `&cursor=${next}`;
      const page = await api.expect(200, `GET ${TEMPLATES}?limit=2${cursor}`);
      expect(page.items.length).toBeLessThanOrEqual(2);
      keys.push(...page.items.map((template: { key: string }) => template.key));
      next = page.next;
    }
    expect(keys).toEqual(['careful', 'fast', 'internal-first', 'ours-2', 'standard']);
  });
});
