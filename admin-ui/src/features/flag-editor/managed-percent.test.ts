import { describe, expect, it } from 'vitest';
import type { FlagConfigChange, ManagingRelease } from '../../api/types.js';
import { pinManaged, withManagedPercent } from './managed-percent.js';

const body = (to: number): FlagConfigChange => ({
  status: 'conditional',
  parent: null,
  offVariant: 'off',
  onVariant: 'on',
  defaultVariant: 'off',
  rules: [
    { id: 'ramp', rollout: { to }, serve: { variant: 'on' } },
    { id: 'other', rollout: { to: 7 }, serve: { variant: 'on' } },
  ],
});
const at = (percent: number, id = 'r1'): { release: ManagingRelease } => ({
  release: { id, ruleId: 'ramp', state: 'running', percent, step: 0 },
});
const percents = ({ rules }: FlagConfigChange) => rules.map(({ rollout }) => rollout?.to);

describe('a percentage that a release manages', () => {
  it('stays constant in a draft while the release advances, to avoid a conflict', () => {
    const pinned = new Map<string, number>();
    expect(percents(pinManaged(body(1), at(1), pinned))).toEqual([1, 7]);
    expect(percents(pinManaged(body(25), at(25), pinned))).toEqual([1, 7]);
    expect(percents(pinManaged(body(50), { release: null }, pinned))).toEqual([50, 7]);
  });

  it('is kept per release, so the next release starts at its current percentage', () => {
    const pinned = new Map<string, number>();
    pinManaged(body(1), at(1), pinned);
    expect(percents(pinManaged(body(5), at(5, 'r2'), pinned))).toEqual([5, 7]);
  });

  it('is the current one in the preview of an edit', () => {
    expect(percents(withManagedPercent(body(1), at(25)))).toEqual([25, 7]);
    expect(percents(withManagedPercent(body(1), { release: null }))).toEqual([1, 7]);
  });
});
