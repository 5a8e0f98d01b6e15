import type { EnvironmentGrant } from '../../domain/grant.js';
import { readClock } from '../../store/clock.js';
import type { Tx } from '../../store/db.js';
import type { FlagConfigRow } from '../../store/flag-config-store.js';
import { lockOpenRelease } from '../../store/release-store.js';
import type { Ctx } from '../context.js';
import { toKilled } from './kill-release.js';
import { writeMove } from './write-move.js';

/** Ends the release of a killed flag, as the next tick would, when a change comes before it. */
export async function endKilledRelease(
  tx: Tx,
  ctx: Ctx,
  grant: EnvironmentGrant,
  flag: { readonly id: string; readonly key: string },
  config: FlagConfigRow,
): Promise<FlagConfigRow> {
  if (!config.killed) return config;
  const release = await lockOpenRelease(tx, grant, flag.id);
  if (!release) return config;
  const at = await readClock(tx);
  const how = { at, evenKilled: true };
  const after = await writeMove(tx, ctx, grant, { flag, config, release }, toKilled(at), how);
  return after.config;
}
