import type { Flag, Ruleset, Segment } from '@sluice/sdk/core';
import type { Db, Tx } from '../db.js';
import { toRulesetFlag } from './ruleset-flag.js';
import {
  type RulesetHead,
  readFlags,
  readHead,
  readSegments,
  readTouched,
} from './ruleset-rows.js';

/** Above this many touched flags or segments, the whole ruleset is cheaper than its changes. */
const TOUCHED_MAX = 1_000;

export interface RulesetChanges {
  readonly epoch: string;
  readonly from: number;
  readonly to: number;
  /** When `to` was committed, epoch milliseconds. */
  readonly at: number;
  /** Null: gone. */
  readonly flags: Readonly<Record<string, Flag | null>>;
  readonly segments: Readonly<Record<string, Segment | null>>;
  /** True when one of these revisions killed a flag. */
  readonly killed: boolean;
}

/** Everything that an environment serves, at one revision; undefined when there is no such one. */
export async function loadRuleset(db: Db, environmentId: string): Promise<Ruleset | undefined> {
  return inSnapshot(db, async (tx) => {
    const head = await readHead(tx, environmentId);
    if (!head) return undefined;
    return toRuleset(
      head,
      await readFlags(tx, environmentId),
      await readSegments(tx, head.projectId),
    );
  });
}

/**
 * What happened after `sinceRevision`: re-reads just what the revisions say they touched.
 * `reload` when that is unknown, pruned, ahead of the database or too much.
 */
export async function loadChanges(
  db: Db,
  environmentId: string,
  sinceRevision: number,
): Promise<RulesetChanges | 'current' | 'reload'> {
  const touched = await readTouched(db, environmentId, sinceRevision);
  if (!touched || touched.revision < sinceRevision) return 'reload';
  const { epoch, revision: to, at, killed, flagKeys, segmentKeys } = touched;
  if (to === sinceRevision) return 'current';
  if (touched.revisions !== to - sinceRevision) return 'reload';
  if (flagKeys.length + segmentKeys.length > TOUCHED_MAX) return 'reload';
  const flags = new Map(touched.flags.map((row) => [row.key, toRulesetFlag(row, row)]));
  const segments = new Map(touched.segments.map(({ key, when }) => [key, { when }]));
  return {
    epoch,
    from: sinceRevision,
    to,
    at,
    flags: Object.fromEntries(flagKeys.map((key) => [key, flags.get(key) ?? null])),
    segments: Object.fromEntries(segmentKeys.map((key) => [key, segments.get(key) ?? null])),
    killed,
  };
}

/** A flag as it is served now, with its parents and all segments: enough to evaluate it. */
export async function loadFlagRuleset(
  db: Db,
  environmentId: string,
  flagKeys: readonly string[],
): Promise<Ruleset | undefined> {
  return inSnapshot(db, async (tx) => {
    const head = await readHead(tx, environmentId);
    if (!head) return undefined;
    return toRuleset(
      head,
      await readWithParents(tx, environmentId, flagKeys),
      await readSegments(tx, head.projectId),
    );
  });
}

/** Each statement of `read` sees the same moment. */
async function inSnapshot<T>(db: Db, read: (tx: Tx) => Promise<T>): Promise<T> {
  return db.transaction(read, { isolationLevel: 'repeatable read', accessMode: 'read only' });
}

function toRuleset(
  head: RulesetHead,
  flags: ReadonlyMap<string, Flag>,
  segments: ReadonlyMap<string, Segment>,
): Ruleset {
  return {
    schema: 1,
    project: head.project,
    environment: head.environment,
    epoch: head.epoch,
    revision: head.revision,
    at: head.at.getTime(),
    flags: Object.fromEntries(flags),
    segments: Object.fromEntries(segments),
  };
}

async function readWithParents(
  tx: Tx,
  environmentId: string,
  flagKeys: readonly string[],
): Promise<Map<string, Flag>> {
  const found = new Map<string, Flag>();
  const asked = new Set<string>();
  let wanted = distinct(flagKeys);
  while (wanted.length > 0) {
    for (const key of wanted) asked.add(key);
    const read = await readFlags(tx, environmentId, wanted);
    for (const [key, flag] of read) found.set(key, flag);
    const parents = [...read.values()].flatMap((flag) => flag.parent ?? []);
    wanted = distinct(parents).filter((key) => !asked.has(key));
  }
  return found;
}

function distinct(keys: readonly string[]): string[] {
  return [...new Set(keys)];
}
