import type { Condition } from '@sluice/sdk/core';
import {
  problemsOfProposedSegment,
  problemsOfSegmentUsers,
} from '../../domain/segment-problems.js';
import type { Grant } from '../../domain/grant.js';
import { assertValid } from '../../domain/refusals.js';
import type { Tx } from '../../store/db.js';
import { listConfigsMentioning } from '../../store/flag-config-store.js';
import { listSegments } from '../../store/segment-store.js';

/** Against the segments and rules of the project as they would be. */
export async function assertSegmentValid(
  tx: Tx,
  grant: Grant,
  proposed: { readonly key: string; readonly when: Condition },
): Promise<void> {
  const rows = [...(await listSegments(tx, grant)), proposed];
  const segments = new Map(rows.map((row) => [row.key, row.when]));
  assertValid(problemsOfProposedSegment(proposed.key, segments));
  const configs = await listConfigsMentioning(tx, grant, null);
  assertValid(problemsOfSegmentUsers(proposed.key, segments, configs));
}
