import { isActive, type ReleaseState } from './release.js';

/** A flag that another one depends on, directly or through others, in one environment. */
export interface ParentFlag {
  readonly key: string;
  readonly isArchived: boolean;
  readonly isKilled: boolean;
  readonly isOff: boolean;
  /** The open release of the flag, if any. */
  readonly release: { readonly state: ReleaseState; readonly percent: number } | null;
}

/**
 * Why a release should not raise exposure because of a parent flag; null: it may. The parent would
 * then decide which users have the feature, and may cause the observed effect.
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
