import { beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/support/database.js';
import { type Management, withManagement } from '../../../../test/support/management.js';

const LIVE = '/projects/default/environments/production';

const PLAN = {
  steps: [1, 5, 25, 50, 100].map((percent) => ({ percent, minBakeSeconds: 60, minUnits: 10 })),
  gates: [{ metric: 'http.errors', action: 'rollback' }],
};

let flags = 0;
const newFlag = async (api: Management): Promise<string> => {
  flags += 1;
  const key = `flag-${flags}`;
  await api.expect(201, 'POST /projects/default/flags', { body: { key } });
  return key;
};

describe.each(databaseKinds)('the commands of a release on %s', (kind) => {
  const api = withManagement(kind);
  let flag: string;
  let at: string;

  beforeEach(async () => {
    flag = await newFlag(api);
    at = `${LIVE}/flags/${flag}/releases`;
  });

  const start = (plan: object = PLAN) =>
    api.expect(201, `POST ${at}`, { body: { plan, start: true } });
  const command = (id: string, name: string, more: object = {}) =>
    api.expect(200, `POST ${at}/${id}/${name}`, { body: { reason: 'a test', ...more } });
  const ruleset = async () => (await api.expect(200, `GET ${LIVE}/ruleset`)).flags[flag];

  it('open a rule of their own, move it and roll it back', async () => {
    const release = await start();
    expect(release).toMatchObject({ state: 'running', step: 0, phase: 1, percent: 1 });
    expect(await ruleset()).toMatchObject({
      status: 'conditional',
      rules: [
        {
          id: 'release',
          rollout: { to: 1 },
          serve: { variant: 'on' },
          release: {
            ...{ id: release.id, phase: 1, warmUpSeconds: 60, sample: 1 },
            salt: expect.stringMatching(/^[0-9A-Za-z]{22}$/),
            metrics: [
              { key: 'http.errors', kind: 'split', event: 'http.error', attribution: 'request' },
            ],
          },
        },
      ],
    });
    expect(await command(release.id, 'advance')).toMatchObject({ step: 1, phase: 2, percent: 5 });
    expect((await ruleset()).rules[0]).toMatchObject({ rollout: { to: 5 }, release: { phase: 2 } });
    const after = await command(release.id, 'rollback');
    expect(after).toMatchObject({ state: 'rolling_back', phase: 3, percent: 0 });
    expect((await ruleset()).rules[0].rollout.to).toBe(0);
    const timeline = await api.expect(200, `GET ${at}/${release.id}`);
    expect(timeline.phases.map((phase: { cause: string }) => phase.cause)).toEqual([
      'step',
      'step',
      'rollback',
    ]);
  });
});
