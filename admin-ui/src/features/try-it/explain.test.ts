import type { Flag, Ruleset } from '@sluice/sdk/core';
import * as core from '@sluice/sdk/core';
import { describe, expect, it } from 'vitest';
import { explain } from './explain.js';
import { addAttribute, readContext } from './read-context.js';

const flag: Flag = {
  type: 'boolean',
  seed: 'awesome',
  variants: { on: true, off: false },
  offVariant: 'off',
  onVariant: 'on',
  status: 'conditional',
  rules: [
    { id: 'staff', when: { segment: 'staff' }, serve: { variant: 'on' } },
    { id: 'ramp', rollout: { to: 38 }, serve: { variant: 'on' } },
    { id: 'rest', serve: { variant: 'off' } },
  ],
};

const ruleset: Ruleset = {
  schema: 1,
  project: 'p',
  environment: 'e',
  epoch: '01J',
  revision: 1,
  at: 0,
  flags: { closed: { ...flag, status: 'off' } },
  segments: {
    staff: { when: { attribute: 'email', operator: 'endsWith', values: ['@example.com'] } },
  },
};

const live = core.compile(ruleset);

const ask = (context: core.EvaluationContext, more: Partial<Flag> = {}) =>
  explain(core, { live, flagKey: 'awesome', flag: { ...flag, ...more }, context, now: 0 });

describe('explain', () => {
  it('names the rule that matched and does not evaluate the later rules', () => {
    const answer = ask({ targetingKey: 'user-1', email: 'a@example.com' });
    expect(answer).toMatchObject({ value: true, variant: 'on', ruleId: 'staff', isActive: true });
    expect(answer.steps.map(({ outcome }) => outcome)).toEqual([
      'taken',
      'not-reached',
      'not-reached',
    ]);
  });

  it('shows the bucket of a user outside the rollout', () => {
    const answer = ask({ targetingKey: 'user-1' });
    expect(answer).toMatchObject({ value: false, ruleId: 'rest' });
    expect(answer.steps).toEqual([
      { id: 'staff', outcome: 'no-match' },
      { id: 'ramp', outcome: 'not-drawn', place: 38.371 },
      { id: 'rest', outcome: 'taken' },
    ]);
  });

  it('shows no bucket for a context without a unit', () => {
    expect(ask({}).steps[1]).toEqual({ id: 'ramp', outcome: 'no-match' });
  });

  it.each([
    [{ killed: true }, 'Killed: everybody gets the off variant.'],
    [{ status: 'off' }, 'The status is off: everybody gets the off variant.'],
    [
      { parent: 'closed' },
      'The parent “closed” is not active for this context, so this flag is off.',
    ],
    [{ status: 'on' }, 'The status is on: rules take no part.'],
    [{ rules: [] }, 'No rule takes this context, so it gets the default variant.'],
  ] as const)('says why for %j', (more, sentence) => {
    const answer = ask({ targetingKey: 'user-1' }, more);
    expect(answer.sentence).toBe(sentence);
    expect(answer.steps).toEqual([]);
  });

  it('reports an unusable flag as failed', () => {
    const answer = ask({}, { status: 'on', onVariant: 'missing' });
    expect(answer).toMatchObject({ reason: 'ERROR', errorCode: 'GENERAL', value: undefined });
  });
});

describe('readContext', () => {
  const text = { targetingKey: 'u', ip: '', attributes: '' };

  it('merges the fields and the JSON', () => {
    expect(readContext({ ...text, attributes: '{"plan":"pro"}' })).toEqual({
      context: { targetingKey: 'u', plan: 'pro' },
    });
  });

  it.each(['{', '[]', '7', 'null'])('explains what is wrong with %j', (attributes) => {
    expect(readContext({ ...text, attributes })).toMatchObject({
      problem: expect.stringContaining('Expected a JSON object'),
    });
  });

  it('adds an attribute and keeps the others', () => {
    expect(JSON.parse(addAttribute('{"plan":"pro"}', 'country'))).toEqual({
      plan: 'pro',
      country: '',
    });
    expect(addAttribute('{"plan":"pro"}', 'plan')).toBe('{"plan":"pro"}');
    expect(addAttribute('{', 'plan')).toBe('{');
  });
});
