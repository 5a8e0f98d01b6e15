export const RELEASE_STATES = [
  'draft',
  'scheduled',
  'running',
  'final_bake',
  'paused',
  'rolling_back',
  'completed',
  'rolled_back',
  'killed',
  'cancelled',
  'superseded',
] as const;
export type ReleaseState = (typeof RELEASE_STATES)[number];

export type PauseReason = 'manual' | 'regression' | 'srm' | 'absolute' | 'error';

const ENDED: ReadonlySet<ReleaseState> = new Set([
  'completed',
  'rolled_back',
  'killed',
  'cancelled',
  'superseded',
]);

/** An attempt that is over never moves again. */
export function hasEnded(state: ReleaseState): boolean {
  return ENDED.has(state);
}

/** Exposes people right now, or might again without a new attempt. */
export const ACTIVE_STATES = ['running', 'final_bake', 'paused', 'rolling_back'] as const;
