import { describe, expect, it } from 'vitest';
import { endOf, timelineEntries } from './timeline-entries.js';

describe('a timeline', () => {
  it('lists decisions, phases and markers, newest first', () => {
    const actor = { kind: 'user', id: 'u', name: 'Ada' };
    const entries = timelineEntries({
      decisions: [
        {
          version: 3,
          at: '2026-01-01T12:10:00Z',
          action: 'final_bake',
          sentence: 'At 100 %.',
          actor,
          reason: 'go',
        },
      ],
      phases: [
        {
          phase: 1,
          round: 2,
          step: 0,
          percent: 5,
          startedAt: '2026-01-01T12:00:00Z',
          endedAt: null,
          cause: 'override',
          revision: 1,
        },
      ],
      markers: [
        {
          id: 'm',
          type: 'deploy',
          service: 'shop',
          version: '2',
          label: 'deploy of shop 2',
          commit: null,
          url: null,
          at: '2026-01-01T12:05:00Z',
          endAt: null,
          actor: null,
          derived: true,
          createdAt: '2026-01-01T12:05:00Z',
        },
      ],
    });
    expect(entries.map(({ kind, title, text }) => [kind, title, text])).toEqual([
      ['decision', 'final bake', 'At 100 %.'],
      ['marker', 'deploy', 'deploy of shop 2, seen in the version of an instance'],
      ['phase', 'Phase 1', '5 %, begun by override, round 2'],
    ]);
    expect(entries[0]).toMatchObject({ who: 'Ada', reason: 'go', version: 3 });
  });

  it('ends with the decision that ended the release, not with its confirmation', () => {
    const actor = { kind: 'system', id: '', name: 'Sluice' };
    const decision = (version: number, action: string) => ({
      ...{ version, action, actor, at: '2026-01-01T12:00:00Z', sentence: action, reason: null },
    });
    const rolledBack = [decision(1, 'start'), decision(2, 'rollback')];
    expect(endOf([...rolledBack, decision(3, 'finish_rollback')])?.version).toBe(2);
    expect(endOf([...rolledBack, decision(3, 'cancel')])?.version).toBe(3);
    expect(endOf([])).toBeUndefined();
  });
});
