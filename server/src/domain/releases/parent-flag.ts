import { isActive, type ReleaseState } from './release.js';

/** A flag that another one depends on, directly or through others, in one environment. */
export interface ParentFlag {
  readonly key: string;
  readonly isArchived: boolean;
  readonly isKilled: boolean;
  readonly isOff: boolean;
  /** That has not ended, if any. */
  readonly release: { readonly state: ReleaseState; readonly percent: number } | null;
}

/**
 * Why a release should not raise exposure because of a flag above it; null: it may. Who has the
 * feature then depends on somebody else's act, and what is seen may be the other's doing.
 */
export function problemOfParent(parent: ParentFlag): string | null {
  const { key, isArchived, isKilled, isOff, release } = parent;
  const name = `the flag "${key}" that it depends on`;
  if (isArchived) return `${name} is archived`;
  if (isKilled) return `${name} is killed`;
  if (isOff) return `${name} is off`;
  if (release === null || !isActive(release.state)) return null;
  return `${name} is being released itself, now at ${release.percent} %`;
}
