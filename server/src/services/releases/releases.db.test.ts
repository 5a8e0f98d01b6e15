import { beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/support/database.js';
import { type Management, withManagement } from '../../../../test/support/management.js';
import { COMMAND_NAMES, COMMANDS, type Command } from '../../domain/releases/commands.js';

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

// biome-ignore lint/suspicious/noExplicitAny: what a test asserts about a body is its type.
type Body = any;

describe.each(databaseKinds)('the API of releases on %s', (kind) => {
  const api = withManagement(kind);
  let flag: string;
  let at: string;

  beforeEach(async () => {
    flag = await newFlag(api);
    at = `${LIVE}/flags/${flag}/releases`;
  });

  const create = (more: object = {}, headers: Record<string, string> = {}) =>
    api.expect(201, `POST ${at}`, { body: { plan: PLAN, start: true, ...more }, headers });
  const send = (id: string, name: string, more: object = {}, headers: object = {}) =>
    api.call(`POST ${at}/${id}/${name}`, {
      body: { reason: 'a test', ...more },
      headers: headers as Record<string, string>,
    });
  const command = async (id: string, name: string, more: object = {}): Promise<Body> => {
    const answer = await send(id, name, more);
    expect(answer, `${name}: ${answer.text}`).toMatchObject({ status: 200 });
    return answer.body;
  };
  const ruleset = async () => (await api.expect(200, `GET ${LIVE}/ruleset`)).flags[flag];

  it('adds a rule at the start, moves it and rolls it back', async () => {
    const release = await create();
    expect(release).toMatchObject({ state: 'running', step: 0, phase: 1, percent: 1 });
    expect(await ruleset()).toMatchObject({
      status: 'conditional',
      rules: [
        {
          ...{ id: 'release', rollout: { to: 1 }, serve: { variant: 'on' } },
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
    const { phases, decisions } = await api.expect(200, `GET ${at}/${release.id}/timeline`);
    expect(phases.map(({ cause }: Body) => cause)).toEqual(['step', 'step', 'rollback']);
    expect(phases.slice(0, 2).map(({ endedAt }: Body) => endedAt === null)).toEqual([false, false]);
    // A tick may have ended the rollback already, because no instance has to confirm it.
    const { state } = await api.expect(200, `GET ${at}/${release.id}`);
    expect(phases[2].endedAt === null || state === 'rolled_back').toBe(true);
    expect(decisions.slice(0, 3)).toMatchObject([
      { action: 'start', sentence: expect.stringContaining('1 %') },
      { action: 'advance', sentence: expect.stringContaining('anyway'), reason: 'a test' },
      { action: 'rollback', actor: { kind: 'apiKey' } },
    ]);
  });

  it('allows each command in the states of its row, and rejects it in all others', async () => {
    const bring: Record<string, () => Promise<Body>> = {
      draft: () => create({ start: false }),
      scheduled: () => create({ plan: { ...PLAN, startApproval: true } }),
      running: () => create(),
      paused: async () => command((await create()).id, 'pause'),
      final_bake: async () => command((await create()).id, 'jump', { step: 4 }),
      completed: async () => {
        const { id } = await command((await create()).id, 'jump', { step: 4 });
        return command(id, 'complete');
      },
      cancelled: async () => command((await create()).id, 'cancel'),
    };
    const bodies: Record<string, object> = {
      hold: { until: '2100-01-01T00:00:00Z' },
      jump: { step: 2 },
    };
    for (const [state, make] of Object.entries(bring)) {
      const isListed = (name: Command) => COMMANDS[name].states.some((it) => it === state);
      const unlisted = await bringTo(state, make);
      for (const name of COMMAND_NAMES.filter((it) => !isListed(it))) {
        const answer = await send(unlisted.id, name, bodies[name]);
        expect(answer, `${name} while ${state}`).toMatchObject({ status: 409 });
        expect(answer.body).toMatchObject({ code: 'CONFLICT' });
      }
      expect(await api.expect(200, `GET ${at}/${unlisted.id}`)).toMatchObject({ state });
      for (const name of COMMAND_NAMES.filter(isListed)) {
        const release = await bringTo(state, make);
        const answer = await send(release.id, name, bodies[name]);
        const isPossible = release.commands.includes(name) && !isRiseOfPaused(state, name);
        expect(answer.status, `${name} while ${state}`).toBe(isPossible ? 200 : 409);
      }
    }
  });

  async function bringTo(state: string, make: () => Promise<Body>): Promise<Body> {
    flag = await newFlag(api);
    at = `${LIVE}/flags/${flag}/releases`;
    const release = await make();
    expect(release.state).toBe(state);
    return release;
  }

  /** The jump of this test raises exposure, which a paused release rejects. */
  const isRiseOfPaused = (state: string, name: string) => state === 'paused' && name === 'jump';

  it('answers a repeat with the same key like the first command, and changes nothing', async () => {
    const key = { 'Idempotency-Key': `key-${flag}` };
    const first = await create({}, key);
    expect((await create({}, key)).id).toBe(first.id);
    const again = { 'Idempotency-Key': `advance-${flag}` };
    await send(first.id, 'advance', {}, again);
    const repeated = await send(first.id, 'advance', {}, again);
    expect(repeated).toMatchObject({ status: 200, body: { step: 1 } });
    const other = await send(first.id, 'pause', {}, again);
    expect(other).toMatchObject({ status: 409, body: { detail: /Idempotency-Key/ } });
    const both = { 'Idempotency-Key': `both-${flag}` };
    const answers = await Promise.all([
      send(first.id, 'advance', {}, both),
      send(first.id, 'advance', {}, both),
    ]);
    expect(answers.map(({ body }) => body.step)).toEqual([2, 2]);
  });

  it('allows one open release of a flag in an environment', async () => {
    await create();
    const second = await api.call(`POST ${at}`, { body: { plan: PLAN, start: true } });
    expect(second).toMatchObject({ status: 409, body: { code: 'RELEASE_ACTIVE' } });
  });

  it('draws the same users after a restart, unless new ones are requested', async () => {
    const old = await command((await create()).id, 'advance');
    const restarted = await command(old.id, 'restart');
    expect(restarted).toMatchObject({ state: 'running', step: 0, phase: 1, percent: 1 });
    expect(restarted.id).not.toBe(old.id);
    expect((await api.expect(200, `GET ${at}/${old.id}`)).state).toBe('superseded');
    expect((await ruleset()).rules[0].rollout).toEqual({ to: 1 });
    await command(restarted.id, 'restart', { drawNewPeople: true });
    const { rollout, release } = (await ruleset()).rules[0];
    expect(rollout).toEqual({ to: 1, seed: expect.stringMatching(/^[0-9A-Za-z]{22}$/) });
    expect(release.salt).not.toBe(rollout.seed);
  });

  it('accepts an approval only when the release waits for one', async () => {
    const waiting = await create({ plan: { ...PLAN, startApproval: true } });
    expect(waiting).toMatchObject({ state: 'scheduled', step: -1, percent: 0 });
    expect(await command(waiting.id, 'approve')).toMatchObject({ state: 'scheduled' });
    flag = await newFlag(api);
    at = `${LIVE}/flags/${flag}/releases`;
    const early = await create();
    expect(await send(early.id, 'approve')).toMatchObject({
      ...{ status: 409, body: { detail: /not asked for/ } },
    });
    expect((await api.expect(200, `GET ${at}/${early.id}`)).version).toBe(early.version);
  });

  it('rejects a command that raises exposure in a freeze, but not one that lowers it', async () => {
    const release = await command((await create()).id, 'advance');
    const freeze = { kind: 'freeze', name: 'Holidays', startsAt: '2020-01-01T00:00:00Z' };
    const key = `freeze-${flag}`;
    await api.expect(201, 'POST /projects/default/windows', { body: { key, ...freeze } });
    const up = await send(release.id, 'advance');
    expect(up).toMatchObject({ status: 409, body: { detail: /freeze "Holidays"/ } });
    expect(await command(release.id, 'jump', { step: 0 })).toMatchObject({ percent: 1 });
    expect(await command(release.id, 'rollback')).toMatchObject({ percent: 0 });
    const { version } = await api.expect(200, `GET /projects/default/windows/${key}`);
    await api.expect(204, `DELETE /projects/default/windows/${key}`, { version });
  });

  it('lets users edit the steps ahead, and begins a new round with other gates', async () => {
    const release = await create();
    const steps = [1, 10, 100].map((percent) => ({ percent }));
    const put = (plan: object, version: number) =>
      api.call(`PUT ${at}/${release.id}`, { body: { plan, reason: 'a test' }, version });
    const ahead = await put({ ...PLAN, steps }, release.version);
    expect(ahead).toMatchObject({ status: 200, body: { round: 1, phase: 1 } });
    expect(await put({ ...PLAN, steps }, release.version)).toMatchObject({ status: 412 });
    const past = await put({ ...PLAN, steps: [{ percent: 2 }, { percent: 100 }] }, 3);
    expect(past).toMatchObject({ status: 400, body: { errors: [{ pointer: '/plan/steps/0' }] } });
    const gates = [{ metric: 'http.errors', action: 'pause' }, ...PLAN.gates.slice(1)];
    const crash = { metric: 'http.crash', action: 'rollback' };
    const other = await put({ ...PLAN, steps, gates: [...gates, crash] }, 3);
    expect(other).toMatchObject({ status: 200, body: { round: 2, phase: 2, percent: 1 } });
    expect((await ruleset()).rules[0].release.metrics).toHaveLength(2);
  });

  it.each(['careful', 'standard', 'fast'])(
    'starts a %s plan without any history of traffic',
    async (template) => {
      const plan = { template };
      const { errors, warnings } = await api.expect(200, `POST ${at}/preview`, { body: { plan } });
      expect(errors).toEqual([]);
      expect(warnings).toContainEqual({
        pointer: '/plan/gates/3/metric',
        message: expect.stringContaining('0 of the 1000 requests'),
      });
      await create({ plan });
      const { metrics } = (await ruleset()).rules[0].release;
      expect(metrics).toContainEqual(
        expect.objectContaining({ key: 'http.latency', thresholdMs: 1_000 }),
      );
    },
  );

  it('previews the errors, the power and the share of users whose value changes', async () => {
    const preview = (body: object) => api.expect(200, `POST ${at}/preview`, { body });
    expect(await preview({ plan: PLAN })).toMatchObject({
      errors: [],
      plan: { tickSeconds: 30, steps: [{ percent: 1, advance: 'earned' }, {}, {}, {}, {}] },
      power: [{ step: 0, percent: 1, ruledOut: [{ metric: 'http.errors' }] }, {}, {}, {}, {}],
      movedShare: 0.01,
    });
    const bad = await preview({ ruleId: 'none', plan: { ...PLAN, tickSeconds: 90 } });
    const pointers = bad.errors.map(({ pointer }: Body) => pointer);
    expect(pointers).toEqual(['/plan/tickSeconds', '/ruleId']);
    expect(bad.movedShare).toBeNull();
    await create();
    const { errors } = await preview({ plan: PLAN });
    expect(errors).toMatchObject([{ message: 'a release has not ended here' }]);
    expect((await ruleset()).rules).toHaveLength(1);
  });

  it('returns decisions, a drill and the series of a gate, and rejects unknown ones', async () => {
    const { id } = await create();
    const one = `${at}/${id}`;
    const decision = await api.expect(200, `GET ${one}/decisions/2`);
    expect(decision).toMatchObject({ action: 'start', inputs: null, actor: { kind: 'apiKey' } });
    expect(await api.call(`POST ${one}/decisions/2/verify`)).toMatchObject({
      ...{ status: 409, body: { detail: /not from numbers/ } },
    });
    for (const version of ['99', 'none', '1e3', '-1']) {
      await api.expect(404, `GET ${one}/decisions/${version}`);
    }
    const drill = (body: object) => api.call(`POST ${one}/drill`, { body });
    expect(await drill({ metric: 'http.errors', factor: 5 })).toMatchObject({
      ...{ status: 200, body: { stops: false, sentence: /no number/ } },
    });
    expect(await drill({ metric: 'none', factor: 5 })).toMatchObject({
      ...{ status: 400, body: { errors: [{ pointer: '/metric' }] } },
    });
    const series = await api.expect(200, `GET ${one}/series?metric=http.errors`);
    expect(series).toMatchObject({ metric: 'http.errors', points: [] });
    await api.expect(400, `GET ${one}/series?metric=none`);
    await api.expect(404, `GET ${at}/none/timeline`);
    const list = await api.expect(200, `GET ${at}`);
    expect(list.items.map((release: Body) => release.id)).toEqual([id]);
  });

  it.each([
    [{ steps: [] }, '/plan/steps'],
    [{ steps: [{ percent: 0 }, { percent: 100 }] }, '/plan/steps/0/percent'],
    [{ steps: [{ percent: 50 }, { percent: 5 }] }, '/plan/steps/1/percent'],
    [{ steps: [{ percent: 5, audience: 'nobody' }, { percent: 100 }] }, '/plan/steps/0/audience'],
    [{ gates: [{ metric: 'no.such', action: 'rollback' }] }, '/plan/gates/0/metric'],
    [{ windows: ['never'] }, '/plan/windows/0'],
    [{ tickSeconds: 0 }, '/plan/tickSeconds'],
    [{ template: 'none' }, '/plan/template'],
    [{ colour: 'red' }, '/plan/colour'],
  ])('rejects the plan %j by field, and stores nothing', async (wrong, pointer) => {
    const body = { plan: { ...PLAN, ...wrong }, start: true };
    const answer = await api.call(`POST ${at}`, { body });
    expect(answer, answer.text).toMatchObject({ status: 400 });
    expect(answer.body.errors.map((error: Body) => error.pointer)).toContain(pointer);
    expect((await api.expect(200, `GET ${at}`)).items).toEqual([]);
    expect((await ruleset()).rules).toEqual([]);
  });
});
