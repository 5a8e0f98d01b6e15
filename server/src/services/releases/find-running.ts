import type { EnvironmentGrant } from '../../domain/grant.js';
import type { RunningRelease } from '../../domain/releases/managed-edit.js';
import { isActive } from '../../domain/releases/release.js';
import type { Tx } from '../../store/db.js';
import type { FlagConfigRow } from '../../store/flag-config-store.js';
import { listPercents, lockOpenRelease, type ReleaseRow } from '../../store/release-store.js';

export interface Running extends RunningRelease {
  readonly release: ReleaseRow;
}

/** The release that manages a rule of this config right now, locked; null: none does. */
export async function findRunning(
  tx: Tx,
  grant: EnvironmentGrant,
  config: FlagConfigRow,
): Promise<Running | null> {
  const release = await lockOpenRelease(tx, grant, config.flagId);
  if (!release || !isActive(release.state)) return null;
  const { ruleId, percent } = release;
  const percents = [...(await listPercents(tx, release.id)), percent];
  return { release, ruleId, percent, percents };
}
