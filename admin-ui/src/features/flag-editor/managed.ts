import type { ManagingRelease } from '../../api/types.js';

/** A rule that a release manages, and the address of that release. */
export interface Managed {
  readonly release: ManagingRelease;
  readonly href: string;
}
