import { beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/support/database.js';
import { withManagement } from '../../../../test/support/management.js';

const LIVE = '/projects/default/environments/production/flags';
const PREVIEW = `POST ${LIVE}/awesome/preview`;
const config = (rules: readonly unknown[], more: object = {}) => ({
  ...{ status: 'conditional', parent: null },
  ...{ offVariant: 'off', onVariant: 'on', defaultVariant: 'off' },
  rules,
  ...more,
});
const staff = { id: 'staff', when: { segment: 'staff' }, serve: { variant: 'on' } };
const ramp = (to: number, more: object = {}) => ({
  ...{ id: 'ramp', rollout: { to, ...more }, serve: { variant: 'on' } },
});
const person = (targetingKey: string, more: object = {}) => ({ targetingKey, ...more });

describe.each(databaseKinds)('a preview on %s', (kind) => {
  const api = withManagement(kind);

  beforeAll(async () => {
    const when = { attribute: 'email', operator: 'endsWith', values: ['@example.com'] };
    await api.expect(201, 'POST /projects/default/segments', { body: { key: 'staff', when } });
    for (const key of ['awesome', 'parent']) {
      await api.expect(201, 'POST /projects/default/flags', { body: { key } });
    }
    await api.expect(200, `PUT ${LIVE}/awesome`, { version: 1, body: config([staff, ramp(39)]) });
  });

  it('returns the evaluation of each context with its reason', async () => {
    const contexts = [
      person('user-1'),
      person('user-2'),
      person('user-2', { email: 'ada@example.com' }),
      {},
    ];
    expect(await api.expect(200, PREVIEW, { body: { contexts } })).toEqual({
      results: [
        { value: true, variant: 'on', reason: 'SPLIT', ruleId: 'ramp', active: true },
        { value: false, variant: 'off', reason: 'DEFAULT', active: false },
        { value: true, variant: 'on', reason: 'TARGETING_MATCH', ruleId: 'staff', active: true },
        { value: false, variant: 'off', reason: 'DEFAULT', active: false },
      ],
    });
  });

  it('compares with a proposal without saving it, and estimates the moved share', async () => {
    const before = await api.expect(200, `GET ${LIVE}/awesome`);
    const history = await api.expect(200, 'GET /projects/default/audit');
    const ask = async (proposed: object) =>
      api.expect(200, PREVIEW, { body: { contexts: [person('user-2')], proposed } });
    const wider = await ask(config([staff, ramp(64)]));
    expect(wider).toMatchObject({ results: [{ active: false }], proposed: [{ active: true }] });
    expect(wider.movedShare).toBeCloseTo(0.25, 1);
    expect((await ask(config([staff, ramp(39)]))).movedShare).toBe(0);
    const redrawn = await ask(config([staff, ramp(39, { seed: 'other' })]));
    expect(redrawn.movedShare).toBeCloseTo(2 * 0.39 * 0.61, 1);
    const otherUnit = await ask(config([staff, ramp(100, { by: 'company' })]));
    expect(otherUnit.movedShare).toBeCloseTo(0.61, 1);
    expect(await api.expect(200, `GET ${LIVE}/awesome`)).toEqual(before);
    expect(await api.expect(200, 'GET /projects/default/audit')).toEqual(history);
  });

  it('estimates the moved share among users like the given contexts', async () => {
    const contexts = [person('a', { email: 'a@example.com' }), person('b')];
    const proposed = config([ramp(39)]);
    const { movedShare } = await api.expect(200, PREVIEW, { body: { contexts, proposed } });
    expect(movedShare).toBeCloseTo(0.61 / 2, 1);
  });

  it('evaluates a proposed parent too', async () => {
    const proposed = config([staff, ramp(100)], { parent: 'parent' });
    const body = { contexts: [person('user-1')], proposed };
    expect(await api.expect(200, PREVIEW, { body })).toMatchObject({
      proposed: [{ value: false, reason: 'DISABLED', active: false }],
      movedShare: expect.closeTo(0.39, 1),
    });
  });

  it('returns the off variant of a killed flag, whatever is proposed', async () => {
    await api.expect(200, `POST ${LIVE}/awesome/kill`, { body: { reason: 'test' } });
    const body = { contexts: [person('user-1')], proposed: config([ramp(100)]) };
    expect(await api.expect(200, PREVIEW, { body })).toEqual({
      results: [{ value: false, variant: 'off', reason: 'DISABLED', active: false }],
      proposed: [{ value: false, variant: 'off', reason: 'DISABLED', active: false }],
      movedShare: 0,
    });
    await api.expect(200, `POST ${LIVE}/awesome/restore`, { body: { reason: 'test' } });
  });

  it('rejects a proposal that cannot be saved, with pointers into it', async () => {
    const proposed = config([{ id: 'r', when: { segment: 'nobody' }, serve: { variant: 'on' } }]);
    const body = { contexts: [{}], proposed };
    const { errors } = await api.expect(400, PREVIEW, { body });
    expect(errors).toEqual([
      {
        pointer: '/proposed/rules/0/when/segment',
        message: 'segment "nobody" does not exist',
      },
    ]);
  });

  it('requires 1 to 100 contexts and a flag that is not archived', async () => {
    await api.expect(400, PREVIEW, { body: { contexts: [] } });
    await api.expect(400, PREVIEW, { body: { contexts: Array(101).fill({}) } });
    await api.expect(400, PREVIEW, { body: { contexts: ['user-1'] } });
    await api.expect(404, `POST ${LIVE}/nobody/preview`, { body: { contexts: [{}] } });
    await api.expect(201, 'POST /projects/default/flags', { body: { key: 'old' } });
    await api.expect(200, 'POST /projects/default/flags/old/archive', { body: {} });
    await api.expect(404, `POST ${LIVE}/old/preview`, { body: { contexts: [{}] } });
  });
});
