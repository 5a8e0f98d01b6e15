import { decodeSketch, encodeSketch, Sketch } from '@sluice/sdk/protocol';
import type { Db, Tx } from '../store/db.js';
import {
  insertMergedSlots,
  MERGED_SECONDS,
  type SlotRow,
  takeFineSlots,
  takeSlots,
} from './sql/merged-slots.js';
import { pruneFindings, pruneSlots, pruneUnits } from './sql/retention.js';

/** Rows that one transaction changes at most, so that other writers can run in between. */
const ROWS_AT_ONCE = 2_000;

/**
 * Merges old slots into coarser ones, deletes the oldest, and deletes the units of releases that
 * have ended. Any number of servers may do this at once.
 */
export async function tidyIngested(db: Db): Promise<void> {
  let found = ROWS_AT_ONCE;
  while (found === ROWS_AT_ONCE) found = await db.transaction(mergeSlots);
  for (const prune of [pruneSlots, pruneUnits, pruneFindings]) {
    let gone = ROWS_AT_ONCE;
    while (gone === ROWS_AT_ONCE) gone = await prune(db, ROWS_AT_ONCE);
  }
}

/** Returns the number of merged slots. A late event can still add to a merged slot. */
async function mergeSlots(tx: Tx): Promise<number> {
  const fine = await takeFineSlots(tx, ROWS_AT_ONCE);
  if (fine.length === 0) return 0;
  const merged = new Map<string, Merged>();
  for (const row of fine) {
    add(merged, { ...row, at: Math.floor(row.at / MERGED_SECONDS) * MERGED_SECONDS });
  }
  const keys = [...merged.values()].map(({ row }) => row);
  for (const row of await takeSlots(tx, keys)) add(merged, row);
  const rows = [...merged.values()].map(({ row, sketch }) => {
    return { ...row, sketch: sketch && encodeSketch(sketch) };
  });
  await insertMergedSlots(tx, rows);
  return fine.length;
}

interface Merged {
  readonly row: { -readonly [K in keyof SlotRow]: SlotRow[K] };
  sketch: Sketch | null;
}

function add(merged: Map<string, Merged>, row: SlotRow): void {
  const id = `${row.replica} ${row.environment_id} ${row.series} ${row.at}`;
  const sketch = row.sketch === null ? null : decodeSketch(row.sketch);
  const known = merged.get(id);
  if (!known) {
    merged.set(id, { row: { ...row, sketch: null }, sketch });
    return;
  }
  known.row.count += row.count;
  known.row.sum += row.sum;
  if (sketch === null) return;
  known.sketch ??= new Sketch();
  known.sketch.merge(sketch);
}
