import { describe, expect, it } from 'vitest';
import { happenings } from './happenings.js';

describe('a timeline', () => {
  it('holds decisions, phases and markers, the newest first', () => {
    const actor = { kind: 'user', id: 'u', name: 'Ada' };
    const entries = happenings({
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
          segment: 2,
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
          derived: true,
        },
      ],
    });
    expect(entries.map(({ kind, title, text }) => [kind, title, text])).toEqual([
      ['decision', 'final bake', 'At 100 %.'],
      ['marker', 'deploy', 'deploy of shop 2, seen in the version of an instance'],
      ['phase', 'Phase 1', '5 %, begun by override, segment 2'],
    ]);
    expect(entries[0]).toMatchObject({ who: 'Ada', reason: 'go', version: 3 });
  });
});
