import { beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/support/database.js';
import { withManagement } from '../../../../test/support/management.js';

const LIVE = '/projects/default/environments/production';
const PLAN = {
  steps: [5, 25, 100].map((percent) => ({ percent, minBakeSeconds: 60 })),
  gates: [{ metric: 'http.errors', action: 'rollback' }],
};
const NL = { attribute: 'country', operator: 'in', values: ['NL'] };

// biome-ignore lint/suspicious/noExplicitAny: what a test asserts about a body is its type.
type Body = any;

let flags = 0;

describe.each(databaseKinds)('a rule that a release manages on %s', (kind) => {
  const api = withManagement(kind);
  let flag: string;
  let at: string;
  let release: Body;

  beforeEach(async () => {
    flags += 1;
    flag = `flag-${flags}`;
    at = `${LIVE}/flags/${flag}`;
    await api.expect(201, 'POST /projects/default/flags', { body: { key: flag } });
    const rules = [
      { id: 'staff', when: { attribute: 'staff', operator: 'in', values: [true] }, serve: on },
      { id: 'ramp', rollout: { to: 1 }, serve: on },
    ];
    await put(1, { rules });
    const body = { plan: PLAN, start: true };
    release = await api.expect(201, `POST ${at}/releases`, { body });
  });

  const on = { variant: 'on' };
  const config = () => api.expect(200, `GET ${at}`);
  const put = async (version: number, change: object) => {
    const base = { parent: null, offVariant: 'off', onVariant: 'on', defaultVariant: 'off' };
    const body = { status: 'conditional', ...base, ...change };
    return api.call(`PUT ${at}`, { body, version });
  };
  const wire = async () => (await api.expect(200, `GET ${LIVE}/ruleset`)).flags[flag].rules;
  const rulesWith = async (change: (ramp: Body) => Body): Promise<Body[]> => {
    const { rules } = await config();
    return rules.map((rule: Body) => (rule.id === 'ramp' ? change(rule) : rule));
  };

  it('appears in the config as users wrote it, next to its release', async () => {
    expect(release).toMatchObject({ ruleId: 'ramp', percent: 5, startPercent: 1 });
    expect(await config()).toMatchObject({
      version: 2,
      rules: [{ id: 'staff' }, { id: 'ramp', rollout: { to: 5 }, serve: on }],
      release: { id: release.id, ruleId: 'ramp', state: 'running', percent: 5, step: 0 },
    });
    expect((await config()).rules[1]).not.toHaveProperty('release');
    expect((await wire())[1].release).toMatchObject({ id: release.id, phase: 1 });
  });

  it.each<[string, (rules: Body[]) => object, RegExp]>([
    ['its percentage', (rules) => ({ rules: withRamp(rules, { rollout: { to: 60 } }) }), /advance/],
    ['what it draws by', (rules) => by(rules, 'ip'), /draws/],
    ['what it serves', (rules) => ({ rules: withRamp(rules, { serve: off }) }), /serves/],
    ['that it is there', ([staff]) => ({ rules: [staff] }), /deleted/],
    ['its place', (rules) => ({ rules: rules.toReversed() }), /move/],
    ['whom it skims', (rules) => ({ rules: [skimming, ...rules] }), /draw people before/],
    ['what others get', (rules) => ({ rules, defaultVariant: 'on' }), /defaultVariant/],
    ['the status', (rules) => ({ rules, status: 'on' }), /status/],
  ])('rejects an edit that changes %s, and names the alternative', async (_, change, words) => {
    const { rules } = await config();
    const answer = await put(2, change(rules));
    expect(answer).toMatchObject({ status: 409, body: { code: 'RELEASE_ACTIVE' } });
    expect(answer.body.detail).toMatch(words);
    expect((await api.expect(200, `GET ${at}/releases/${release.id}`)).phase).toBe(1);
  });

  const off = { variant: 'off' };
  const skimming = { id: 'early', rollout: { to: 50 }, serve: on };
  const withRamp = (rules: Body[], change: object) =>
    rules.map((rule) => (rule.id === 'ramp' ? { ...rule, ...change } : rule));
  const by = (rules: Body[], attribute: string) => ({
    rules: withRamp(rules, { rollout: { to: 5, by: attribute } }),
  });

  it('begins a new phase at the same percentage when its condition changes', async () => {
    const next = { reason: 'a test' };
    await api.expect(200, `POST ${at}/releases/${release.id}/advance`, { body: next });
    const rules = await rulesWith((ramp) => ({ ...ramp, when: NL, rollout: { to: 5 } }));
    const answer = await put(2, { rules });
    expect(answer).toMatchObject({ status: 200, body: { version: 3 } });
    expect(answer.body.rules[1]).toEqual({ id: 'ramp', when: NL, rollout: { to: 25 }, serve: on });
    expect((await wire())[1]).toMatchObject({ rollout: { to: 25 }, release: { phase: 3 } });
    const { phases, markers } = await api.expect(200, `GET ${at}/releases/${release.id}/timeline`);
    expect(phases.at(-1)).toMatchObject({ cause: 'audience', step: 1, percent: 25 });
    expect(phases.at(-1).revision).toBe((await api.expect(200, `GET ${LIVE}/ruleset`)).revision);
    expect(markers).toMatchObject([{ type: 'config', service: flag }]);
  });

  it('begins a new phase when a segment in its condition changes', async () => {
    const key = `segment-${flag}`;
    await api.expect(201, 'POST /projects/default/segments', { body: { key, when: NL } });
    const rules = await rulesWith((ramp) => ({ ...ramp, when: { segment: key } }));
    expect(await put(2, { rules })).toMatchObject({ status: 200 });
    const change = { name: key, description: '', when: { ...NL, values: ['NL', 'DE'] } };
    const path = `/projects/default/segments/${key}`;
    await api.expect(200, `PUT ${path}`, { body: change, version: 1 });
    expect((await wire())[1].release.phase).toBe(3);
    expect(await api.call(`DELETE ${path}`, { version: 2 })).toMatchObject({ status: 409 });
  });

  it('can be turned off and on again, and prevents archiving the flag', async () => {
    const { rules } = await config();
    expect(await put(2, { rules, status: 'off' })).toMatchObject({ status: 200 });
    expect(await put(3, { rules })).toMatchObject({ status: 200 });
    const archive = await api.call(`POST /projects/default/flags/${flag}/archive`, { body: {} });
    expect(archive).toMatchObject({ status: 409, body: { code: 'RELEASE_ACTIVE' } });
  });

  it('is at 0 % after kill and restore, unless the restore requests its percentage', async () => {
    const reason = 'a test';
    await api.expect(200, `POST ${at}/kill`, { body: { reason } });
    const refused = await api.call(`POST ${at}/releases/${release.id}/advance`, {
      body: { reason },
    });
    expect(refused).toMatchObject({ status: 409 });
    const restored = await api.expect(200, `POST ${at}/restore`, { body: { reason } });
    expect(restored).toMatchObject({ killed: false, release: null });
    expect((await wire())[1]).toEqual({ id: 'ramp', rollout: { to: 0 }, serve: on });
    const ended = await api.expect(200, `GET ${at}/releases/${release.id}`);
    expect(ended).toMatchObject({ state: 'killed', percent: 5 });
    const body = { plan: PLAN, start: true };
    await api.expect(201, `POST ${at}/releases`, { body });
    await api.expect(200, `POST ${at}/kill`, { body: { reason } });
    const previous = { reason, release: 'previous' };
    await api.expect(200, `POST ${at}/restore`, { body: previous });
    expect((await wire())[1].rollout).toEqual({ to: 5 });
  });

  it('can be edited freely as soon as the flag is killed', async () => {
    await api.expect(200, `POST ${at}/kill`, { body: { reason: 'a test' } });
    const rules = await rulesWith((ramp) => ({ ...ramp, rollout: { to: 60 } }));
    expect(await put(2, { rules })).toMatchObject({ status: 200, body: { killed: true } });
    const ended = await api.expect(200, `GET ${at}/releases/${release.id}`);
    expect(ended.state).toBe('killed');
    expect((await wire())[1]).toEqual({ id: 'ramp', rollout: { to: 60 }, serve: on });
  });

  it('uses the segment of a step as its condition, and drops it at the next step', async () => {
    const key = `people-${flag}`;
    await api.expect(201, 'POST /projects/default/segments', { body: { key, when: NL } });
    await api.expect(200, `POST ${at}/releases/${release.id}/cancel`, { body: { reason: 'x' } });
    const steps = [
      { percent: 100, audience: key, advance: 'guard' },
      { percent: 5, minBakeSeconds: 60 },
      { percent: 100 },
    ];
    const body = { plan: { ...PLAN, steps }, start: true };
    const { id } = await api.expect(201, `POST ${at}/releases`, { body });
    expect((await wire())[1].when).toEqual({ all: [{ segment: key }] });
    expect((await config()).rules[1]).not.toHaveProperty('when');
    expect(
      await api.call(`DELETE /projects/default/segments/${key}`, { version: 1 }),
    ).toMatchObject({
      status: 409,
    });
    const advance = { body: { reason: 'a test' } };
    await api.expect(200, `POST ${at}/releases/${id}/advance`, advance);
    expect((await wire())[1]).not.toHaveProperty('when');
  });
});
