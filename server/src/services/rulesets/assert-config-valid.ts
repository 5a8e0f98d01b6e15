import type { FieldError } from '@sluice/sdk/protocol';
import { problemsOfConfig } from '../../domain/flag-problems.js';
import type { EnvironmentGrant, Grant } from '../../domain/grant.js';
import { assertValid, conflict } from '../../domain/refusals.js';
import type { Db, Tx } from '../../store/db.js';
import {
  type ConfigOfFlag,
  type FlagConfigChange,
  listParents,
} from '../../store/flag-config-store.js';
import { type FlagRow, findFlag } from '../../store/flag-store.js';
import { listSegments } from '../../store/segment-store.js';
import { withEnvironment } from '../authorize.js';

/** Reads parents and segments only if the config names some. */
export async function assertConfigValid(
  tx: Tx,
  grant: EnvironmentGrant,
  flag: FlagRow,
  change: FlagConfigChange,
): Promise<void> {
  assertValid(await findProblems(tx, grant, flag, change));
}

/** The same for the proposal of a preview. Pointers start with `/proposed`. */
export async function assertProposalValid(
  db: Db,
  grant: EnvironmentGrant,
  flagKey: string,
  change: FlagConfigChange,
): Promise<void> {
  const problems = await findProblems(db, grant, await findFlag(db, grant, flagKey), change);
  assertValid(problems.map((it) => ({ ...it, pointer: `/proposed${it.pointer}` })));
}

/** Validates the config of an archived flag again, since its parents may have changed meanwhile. */
export async function assertMayReturn(
  tx: Tx,
  grant: Grant,
  flag: FlagRow,
  config: ConfigOfFlag,
): Promise<void> {
  const environment = { id: config.environmentId, key: config.environmentKey };
  const [problem] = await findProblems(tx, withEnvironment(grant, environment), flag, config);
  if (!problem) return;
  throw conflict(
    `flag "${flag.key}" cannot come back in ${environment.key}: ` +
      `${problem.pointer} ${problem.message}`,
  );
}

async function findProblems(
  db: Db | Tx,
  grant: EnvironmentGrant,
  flag: FlagRow,
  change: FlagConfigChange,
): Promise<readonly FieldError[]> {
  const namesSegments = JSON.stringify(change.rules).includes('"segment"');
  const segments = namesSegments ? await listSegments(db, grant) : [];
  return problemsOfConfig(flag, change, {
    parents: change.parent === null ? new Map() : await listParents(db, grant),
    segments: new Map(segments.map(({ key, when }) => [key, when])),
  });
}
