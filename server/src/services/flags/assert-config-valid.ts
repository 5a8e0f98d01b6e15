import type { EnvironmentGrant } from '../../domain/grant.js';
import type { Tx } from '../../store/db.js';
import type { FlagConfigChange } from '../../store/flag-config-store.js';
import type { FlagRow } from '../../store/flag-store.js';

export async function assertConfigValid(
  _tx: Tx,
  _grant: EnvironmentGrant,
  _flag: FlagRow,
  _change: FlagConfigChange,
): Promise<void> {}
