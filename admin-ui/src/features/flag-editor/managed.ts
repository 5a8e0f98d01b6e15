import type { ManagingRelease } from '../../api/types.js';

/** A rule that a release has in its hands, and where to see that. */
export interface Managed {
  readonly release: ManagingRelease;
  readonly href: string;
}
