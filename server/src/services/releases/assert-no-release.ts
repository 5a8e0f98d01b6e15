import { AppError } from '../../domain/errors.js';
import type { Grant } from '../../domain/grant.js';
import { listed } from '../../domain/refusals.js';
import type { ReleaseState } from '../../domain/releases/release.js';
import type { Tx } from '../../store/db.js';
import { listEnvironments } from '../../store/project-store.js';
import { listOpenReleases } from '../../store/release-store.js';

/**
 * Fails while the flag has such a release in any environment. The caller has locked the configs, so
 * no release starts meanwhile.
 */
export async function assertNoRelease(
  tx: Tx,
  grant: Grant,
  flag: { readonly id: string; readonly key: string },
  change: { readonly states: readonly ReleaseState[]; readonly what: string },
): Promise<void> {
  const open = (await listOpenReleases(tx, grant)).filter(
    ({ release }) => release.flagId === flag.id && change.states.includes(release.state),
  );
  if (open.length === 0) return;
  const ids = new Set(open.map(({ release }) => release.environmentId));
  const environments = (await listEnvironments(tx, grant.projectId)).filter(({ id }) =>
    ids.has(id),
  );
  const names = listed(environments.map(({ key }) => key));
  throw new AppError(
    'RELEASE_ACTIVE',
    `flag "${flag.key}" cannot be ${change.what} while a release of it goes on in ${names}: ` +
      'complete it, roll it back or cancel it first',
  );
}
