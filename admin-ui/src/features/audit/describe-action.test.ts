import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../api/types.js';
import { describeAction, nameOfTarget, summarizeChanges } from './describe-action.js';

const entry = (more: Partial<AuditEntry>): AuditEntry => ({
  id: 1,
  at: '2026-01-31T12:00:00.000Z',
  actor: { kind: 'user', id: 'u', name: 'Ada' },
  action: 'flag.configure',
  environment: 'production',
  target: { type: 'flag', key: 'awesome' },
  before: {},
  after: {},
  changes: [],
  reason: null,
  revision: 1,
  requestId: 'r',
  ...more,
});

describe('an audit entry', () => {
  it('reads as a sentence and keeps the name of an unknown action', () => {
    expect(describeAction('flag.kill')).toBe('killed flag');
    expect(describeAction('release.teleport')).toBe('release.teleport');
  });

  it('summarizes short values and only names fields with long ones', () => {
    const changes = [
      { path: '/status', before: 'off', after: 'on' },
      { path: '/parent', before: null, after: 'checkout' },
      { path: '/rules/ramp', before: null, after: { id: 'ramp' } },
      { path: '/onVariant', before: 'a', after: 'b' },
    ];
    expect(summarizeChanges(entry({ changes }))).toBe(
      'status: off → on, parent: none → checkout, rules ramp and 1 more',
    );
  });

  it('has no summary for an object that was created, deleted or killed', () => {
    const changes = [{ path: '/killed', before: false, after: true }];
    expect(summarizeChanges(entry({ before: null, changes }))).toBe('');
    expect(summarizeChanges(entry({ action: 'flag.kill', changes }))).toBe('');
  });

  it('shows the name of an SDK key, which has no readable key', () => {
    const target = { type: 'key', key: '01J' };
    expect(nameOfTarget(entry({ target, before: null, after: { name: 'ci' } }))).toBe('ci');
    expect(nameOfTarget(entry({ target, before: null, after: null }))).toBe('01J');
    expect(nameOfTarget(entry({}))).toBe('awesome');
  });
});
