import { describe, expect, it } from 'vitest';
import type { Release, ReleaseCommand } from '../../api/types.js';
import { offersFor } from './release-commands.js';

const steps = [1, 25, 100].map((percent) => ({ percent }));
const release = (commands: readonly ReleaseCommand[], more: object = {}): Release =>
  ({
    flag: 'checkout',
    step: 0,
    percent: 1,
    startPercent: 0,
    endedAt: null,
    plan: { steps, rollbackTo: 'zero' },
    commands,
    ...more,
  }) as unknown as Release;
const namesOf = (of: Release) => {
  const { main, more } = offersFor(of);
  return { main: main.map(({ command }) => command), more: more.map(({ command }) => command) };
};
const WHILE_RUNNING: readonly ReleaseCommand[] = [
  ...(['pause', 'advance', 'hold', 'skip-bake', 'jump', 'rollback', 'cancel', 'restart'] as const),
];

describe('the commands of a release that the page offers', () => {
  it('are pause and roll back while it runs, with the others in a menu', () => {
    expect(namesOf(release(WHILE_RUNNING))).toEqual({
      main: ['pause', 'rollback'],
      more: ['advance', 'hold', 'skip-bake', 'jump', 'restart', 'cancel'],
    });
  });

  it('begin with approve when the release waits for an approval', () => {
    expect(namesOf(release([...WHILE_RUNNING, 'approve'])).main[0]).toBe('approve');
  });

  it('are buttons without restart before the first step', () => {
    const draft = release(['start', 'cancel', 'restart'], { step: -1 });
    expect(namesOf(draft)).toEqual({ main: ['start', 'cancel'], more: [] });
  });

  it('are only restart when the release has ended', () => {
    const ended = release(['restart'], { endedAt: '2026-01-31T09:00:00.000Z' });
    expect(namesOf(ended)).toEqual({ main: ['restart'], more: [] });
  });

  it('are none while the flag is killed, because the server allows none', () => {
    expect(namesOf(release([]))).toEqual({ main: [], more: [] });
  });

  it('require a reason to overrule evidence but never to stop the release', () => {
    const { main, more } = offersFor(release(WHILE_RUNNING));
    const asking = [...main, ...more].filter(({ needsReason }) => needsReason);
    expect(asking.map(({ command }) => command)).toEqual(['advance', 'skip-bake', 'jump']);
  });

  it('say which percentage a rollback returns to', () => {
    const wordsOf = (plan: object) =>
      offersFor(release(['rollback'], { startPercent: 10, plan: { steps, ...plan } })).main[0]
        ?.description;
    expect(wordsOf({ rollbackTo: 'zero' })).toContain('Nobody gets the feature');
    expect(wordsOf({ rollbackTo: 'start' })).toContain('goes back to 10 %');
  });
});
