import { setImmediate as immediate } from 'node:timers/promises';
import type { Trip } from '../domain/gates/tripwire.js';
import type { Db, Tx } from '../store/db.js';
import { type InstanceReport, storeReports } from '../store/instance-store.js';
import { type CountedRelease, readCountedReleases } from '../store/read-models/counted-releases.js';
import { type Caps, eventsOf, gatherBatch, gatherBatches, type SentBatch } from './gather.js';
import { Gathered, type SeenUnits } from './gathered.js';
import type { KnownExposures } from './known-exposures.js';
import type { SeriesCaps } from './series-caps.js';
import { readNow } from './sql/clock.js';
import { storeFindings } from './sql/findings.js';
import { storeSketches } from './sql/sketches.js';
import { storeSlots } from './sql/slots.js';
import { storeTotals } from './sql/totals.js';
import { storeUnits } from './sql/units.js';

/** What one instance posted: a report about itself, a batch of events, or both. */
export interface Post {
  /** Null for a sender that is not in the list of instances. */
  readonly report: InstanceReport | null;
  readonly sent: SentBatch | null;
}

export interface IngestOptions {
  /** Number of the rows of totals and slots that this server writes. */
  readonly replica: number;
  readonly caps: SeriesCaps;
  readonly known: KnownExposures;
  readonly findTrips: FindTrips;
}

/** Runs the tripwire in the transaction that has just stored counts of rollback metrics. */
export type FindTrips = (tx: Tx, releases: readonly CountedRelease[]) => Promise<readonly Trip[]>;

export interface GroupOutcome {
  /** Releases that must be rolled back at once. */
  readonly trips: readonly Trip[];
  /** Number of batches that had been stored before. */
  readonly repeats: number;
  readonly events: number;
}

/** More units than this are stored ahead of the transaction of their batches. */
const UNITS_IN_GROUP_MAX = 3_000;
/** One transaction stores at most this many units, so that other writers can run in between. */
const UNITS_AT_ONCE = 2_000;

/**
 * Stores what instances posted, at most one post per instance, in one transaction. A batch whose
 * report turns out to be a repeat is not counted.
 */
export async function ingestGroup(
  db: Db,
  posts: readonly Post[],
  options: IngestOptions,
): Promise<GroupOutcome> {
  const reports = posts.flatMap(({ report }) => (report === null ? [] : [report]));
  const full = posts.filter(({ sent }) => sent !== null && hasContent(sent));
  if (full.length === 0) {
    const stored = await storeReports(db, reports);
    return { trips: [], repeats: reports.length - stored.length, events: 0 };
  }
  const ahead = await storeUnitsAhead(
    db,
    full.flatMap(({ sent }) => sent ?? []),
    options,
  );
  const pending: SeenUnits[] = [];
  const outcome = await db.transaction(async (tx) => {
    const all = full.flatMap(({ sent }) => sent ?? []);
    const [stored, releases] = await Promise.all([
      storeReports(tx, reports),
      readCountedReleases(tx, releasesOf(all)),
      options.caps.load(tx, new Set(all.map(({ environmentId }) => environmentId))),
    ]);
    const ids = new Set(stored.map(idOf));
    const sent = full.flatMap((post) =>
      post.sent !== null && (post.report === null || ids.has(idOf(post.report))) ? [post.sent] : [],
    );
    const now = stored[0]?.at ?? (await readNow(tx));
    const trips = await storeSent(tx, sent, { ...options, releases, ahead, pending, now });
    return { trips, repeats: reports.length - stored.length, events: countEvents(sent) };
  });
  for (const units of pending) options.known.add(units);
  return outcome;
}

/**
 * Storing a unit again changes nothing. A large number of units is therefore stored in separate
 * transactions: if that of the batch fails, the sender repeats the batch and nothing counts twice.
 */
async function storeUnitsAhead(
  db: Db,
  sent: readonly SentBatch[],
  { replica, known }: IngestOptions,
): Promise<readonly SeenUnits[]> {
  if (countUnits(sent) <= UNITS_IN_GROUP_MAX) return [];
  const releases = await readCountedReleases(db, releasesOf(sent));
  const { seen } = gatherBatches(sent.map(withUnitsOnly), { now: 0, releases, caps: NO_NAMES });
  for (const units of seen.values()) known.dropKnown(units);
  const chunks = chunksOf([...seen.values()], UNITS_AT_ONCE);
  if (chunks.length <= 1) return [];
  const changed: SeenUnits[] = [];
  for (const chunk of chunks) {
    await db.transaction(async (tx) => {
      const gathered = new Gathered();
      changed.push(...(await storeUnits(tx, chunk, gathered)));
      await storeTotals(tx, gathered.totals, replica);
    });
    for (const units of chunk) known.add(units);
  }
  return changed;
}

const NO_NAMES: Caps = { admitsSeries: () => false, admitsUnknownFlag: () => false };

interface Storing extends IngestOptions {
  readonly now: number;
  readonly releases: ReadonlyMap<string, CountedRelease>;
  /** Units that were stored ahead and changed a count. */
  readonly ahead: readonly SeenUnits[];
  /** Receives the units that are stored once the transaction has committed. */
  readonly pending: SeenUnits[];
}

/**
 * Statements that do not depend on each other are sent together. All servers lock rows in the same
 * order, units, slots, totals, findings, so they cannot deadlock.
 */
async function storeSent(
  tx: Tx,
  sent: readonly SentBatch[],
  { replica, caps, known, findTrips, releases, ahead, pending, now }: Storing,
): Promise<readonly Trip[]> {
  if (sent.length === 0) return [];
  const gathered = new Gathered();
  for (const each of sent) {
    gatherBatch(gathered, each, { now, releases, caps });
    // Yields to other tasks, because gathering a whole group at once would delay a kill.
    await immediate();
  }
  for (const seen of gathered.seen.values()) {
    known.dropKnown(seen);
    if (seen.units.size > 0) pending.push(seen);
  }
  const [changed] = await Promise.all([
    storeUnits(tx, pending, gathered),
    storeSlots(tx, gathered.slots, replica),
  ]);
  await storeTotals(tx, gathered.totals, replica);
  const [trips] = await Promise.all([
    findTrips(tx, watchedReleases(releases, [...ahead, ...changed])),
    storeSketches(tx, gathered, replica),
    storeFindings(tx, gathered.findings.values()),
  ]);
  return trips;
}

/** Releases whose counts for the tripwire have changed. */
function watchedReleases(
  releases: ReadonlyMap<string, CountedRelease>,
  changed: readonly SeenUnits[],
): readonly CountedRelease[] {
  const watched = changed.filter(({ tally }) => tally === 'firstsAll');
  const ids = new Set(watched.map(({ releaseId }) => releaseId));
  return [...ids].flatMap((id) => releases.get(id) ?? []);
}

function countUnits(sent: readonly SentBatch[]): number {
  const entries = sent.flatMap(({ batch, isTrusted }) =>
    isTrusted ? batch.slots.flatMap((slot) => slot.releases) : [],
  );
  return entries.reduce((sum, { units }) => sum + units.length, 0);
}

function withUnitsOnly({ batch, ...sent }: SentBatch): SentBatch {
  const slots = batch.slots.map((slot) => {
    const releases = slot.releases.map((entry) => ({ ...entry, buckets: {}, sketches: {} }));
    return { ...slot, flags: {}, metrics: {}, releases };
  });
  return { ...sent, batch: { ...batch, slots } };
}

function countEvents(sent: readonly SentBatch[]): number {
  const slots = sent.flatMap(({ batch }) => batch.slots);
  return slots.reduce((sum, slot) => sum + eventsOf(slot), 0);
}

/** The same units in the same order, in parts of at most `size`. */
function chunksOf(all: readonly SeenUnits[], size: number): readonly (readonly SeenUnits[])[] {
  const chunks: SeenUnits[][] = [];
  let room = 0;
  for (const seen of all) {
    const units = [...seen.units];
    for (let start = 0; start < units.length; ) {
      if (room === 0) {
        chunks.push([]);
        room = size;
      }
      const part = units.slice(start, start + room);
      chunks.at(-1)?.push({ ...seen, units: new Map(part) });
      start += part.length;
      room -= part.length;
    }
  }
  return chunks;
}

function idOf(key: { readonly environmentId: string; readonly instanceId: string }): string {
  return `${key.environmentId} ${key.instanceId}`;
}

function hasContent({ batch }: SentBatch): boolean {
  return batch.slots.length + batch.unknown.length > 0 || batch.dropped + batch.unattributed > 0;
}

function releasesOf(sent: readonly SentBatch[]): readonly string[] {
  const slots = sent.flatMap(({ batch, isTrusted }) => (isTrusted ? batch.slots : []));
  return [...new Set(slots.flatMap((slot) => slot.releases.map((entry) => entry.id)))].sort();
}
