import type { EnvironmentGrant } from '../../domain/grant.js';
import { conflict } from '../../domain/refusals.js';
import { closedNow } from '../../domain/windows/windows.js';
import type { Tx } from '../../store/db.js';
import { listWindowRules } from '../../store/window-store.js';

/** A freeze binds people too; windows only hold what goes by itself. Lowering is never asked. */
export async function assertNotFrozen(tx: Tx, grant: EnvironmentGrant, at: Date): Promise<void> {
  const rules = await listWindowRules(tx, grant.projectId);
  const [freeze] = closedNow(rules, grant.environmentKey, [], at.getTime());
  if (freeze === undefined) return;
  const until = freeze.opensAt === null ? '' : ` until ${new Date(freeze.opensAt).toISOString()}`;
  throw conflict(`exposure must not rise in ${grant.environmentKey}: ${freeze.what}${until}`);
}
