import type { Flag, RuleRelease, Ruleset } from '../../sdk/src/core/ruleset.js';

export const OFF_FLAG: Flag = {
  type: 'boolean',
  seed: 'awesome',
  variants: { on: true, off: false },
  offVariant: 'off',
  onVariant: 'on',
  status: 'off',
};

export const ON_FLAG: Flag = { ...OFF_FLAG, status: 'on' };
export const KILLED_FLAG: Flag = { ...ON_FLAG, killed: true };

/** A small ruleset: `awesome` is on; what a test says comes over it. */
export function rulesetOf(changes: Partial<Ruleset>): Ruleset {
  return {
    schema: 1,
    project: 'default',
    environment: 'production',
    epoch: 'e1',
    revision: 1,
    at: 1_795_248_000_000,
    flags: { awesome: ON_FLAG },
    segments: {},
    ...changes,
  };
}

/** `awesome` in a release at 50 %: `user-1` is treated, `42` is control. */
export function releasedFlag(release: Partial<RuleRelease> = {}, to = 50): Flag {
  const rule = {
    id: 'ramp',
    rollout: { to },
    serve: { variant: 'on' },
    release: { id: 'r1', phase: 1, salt: '3kTM', sample: 1, metrics: [], ...release },
  };
  return { ...OFF_FLAG, status: 'conditional', rules: [rule] };
}
