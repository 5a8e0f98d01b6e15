import {
  problemsOfProposedSegment,
  problemsOfSegmentUsers,
} from '../../domain/segment-problems.js';
import type { Grant } from '../../domain/grant.js';
import { assertValid } from '../../domain/refusals.js';
import type { Tx } from '../../store/db.js';
import { listConfigsMentioning } from '../../store/flag-config-store.js';
import { listSegments } from '../../store/segment-store.js';

/** After the write, so that the project's segments are as they would be. */
export async function assertSegmentValid(tx: Tx, grant: Grant, key: string): Promise<void> {
  const rows = await listSegments(tx, grant);
  const segments = new Map(rows.map((row) => [row.key, row.when]));
  assertValid(problemsOfProposedSegment(key, segments));
  const configs = await listConfigsMentioning(tx, grant, null);
  assertValid(problemsOfSegmentUsers(key, segments, configs));
}
