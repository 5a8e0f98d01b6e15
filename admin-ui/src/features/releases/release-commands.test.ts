import { describe, expect, it } from 'vitest';
import type { Release } from '../../api/release-types.js';
import { offersFor } from './release-commands.js';

const steps = [1, 25, 100].map((percent) => ({ percent }));
const release = (more: Partial<Release>): Release =>
  ({
    flag: 'checkout',
    state: 'running',
    pauseReason: null,
    step: 0,
    percent: 1,
    startPercent: 0,
    awaitsApproval: false,
    plan: { steps, rollbackTo: 'zero' },
    ...more,
  }) as unknown as Release;
const main = (more: Partial<Release>) =>
  offersFor(release(more)).main.map(({ command }) => command);
const more = (of: Partial<Release>) => offersFor(release(of)).more.map(({ command }) => command);

describe('what a person may do with a release', () => {
  it('is to pause or roll back while it runs, with the rest behind a menu', () => {
    expect(main({})).toEqual(['pause', 'rollback']);
    expect(more({})).toEqual(['advance', 'hold', 'skip-bake', 'jump', 'restart', 'cancel']);
  });

  it('offers an approval only where it is waited for', () => {
    expect(main({ awaitsApproval: true })[0]).toBe('approve');
    expect(main({ state: 'scheduled', awaitsApproval: true })).toEqual(['approve', 'cancel']);
  });

  it('offers no plain resume against a verdict of the numbers', () => {
    expect(main({ state: 'paused', pauseReason: 'manual' })).toEqual(['resume', 'rollback']);
    expect(main({ state: 'paused', pauseReason: 'regression' })).toEqual(['override', 'rollback']);
    expect(main({ state: 'paused', pauseReason: 'srm' })).toEqual(['override', 'rollback']);
  });

  it('completes a release that is paused at its last step', () => {
    expect(more({ state: 'paused', pauseReason: 'manual', step: 2 })[0]).toBe('complete');
    expect(more({ state: 'paused', pauseReason: 'manual', step: 1 })).not.toContain('complete');
  });

  it('is only a restart once it has ended', () => {
    for (const state of ['completed', 'rolled_back', 'killed', 'cancelled'] as const) {
      expect(main({ state })).toEqual(['restart']);
      expect(more({ state })).toEqual([]);
    }
  });

  it('asks for a reason where evidence is passed over, and never to stop', () => {
    const all = [...offersFor(release({})).main, ...offersFor(release({})).more];
    const asking = all.filter(({ needsReason }) => needsReason).map(({ command }) => command);
    expect(asking).toEqual(['advance', 'skip-bake', 'jump']);
  });

  it('says where a rollback leads', () => {
    const words = (plan: object) =>
      offersFor(release({ startPercent: 10, plan: { steps, ...plan } as never })).main.find(
        ({ command }) => command === 'rollback',
      )?.description;
    expect(words({ rollbackTo: 'zero' })).toContain('Nobody gets the feature');
    expect(words({ rollbackTo: 'start' })).toContain('goes back to 10 %');
  });
});
