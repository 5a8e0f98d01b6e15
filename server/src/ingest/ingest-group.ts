import { setImmediate as immediate } from 'node:timers/promises';
import type { Trip } from '../domain/gates/tripwire.js';
import type { Db, Tx } from '../store/db.js';
import { type InstanceReport, storeReports } from '../store/instance-store.js';
import { type CountedRelease, readCountedReleases } from '../store/read-models/counted-releases.js';
import { type Caps, eventsOf, gatherBatch, gatherBatches, type SentBatch } from './gather.js';
import { Gathered, type SeenPeople } from './gathered.js';
import type { KnownExposures } from './known-exposures.js';
import type { SeriesCaps } from './series-caps.js';
import { readNow } from './sql/clock.js';
import { storeFindings } from './sql/findings.js';
import { storeSketches } from './sql/sketches.js';
import { storeSlots } from './sql/slots.js';
import { storeTotals } from './sql/totals.js';
import { storeSeen } from './sql/units.js';

/** What one instance posted, or that it came at all. */
export interface Post {
  /** Null: from somebody whose batches nobody keeps count of. */
  readonly report: InstanceReport | null;
  readonly sent: SentBatch | null;
}

export interface IngestOptions {
  /** This writer's rows of totals and slots. */
  readonly replica: number;
  readonly caps: SeriesCaps;
  readonly known: KnownExposures;
  readonly findTrips: FindTrips;
}

/** Judges releases in the transaction that has just stored counts of their rollback metrics. */
export type FindTrips = (tx: Tx, releases: readonly CountedRelease[]) => Promise<readonly Trip[]>;

/** What became of a group. */
export interface StoredPosts {
  /** Releases that must be rolled back at once. */
  readonly trips: readonly Trip[];
  /** Batches that had been stored before. */
  readonly repeats: number;
  readonly events: number;
}

/** More people than this are looked at ahead of their batch's transaction. */
const PEOPLE_AT_ONCE = 3_000;
/** So many are stored at a time: nobody waits for all. */
const EXPOSURES_AT_ONCE = 2_000;

/**
 * Stores what instances posted, at most one post of each, in one transaction: whoever's report
 * turns out to be a repeat is not counted.
 */
export async function storePosts(
  db: Db,
  posts: readonly Post[],
  options: IngestOptions,
): Promise<StoredPosts> {
  const reports = posts.flatMap(({ report }) => (report === null ? [] : [report]));
  const full = posts.filter(({ sent }) => sent !== null && hasContent(sent));
  if (full.length === 0) {
    const stored = await storeReports(db, reports);
    return { trips: [], repeats: reports.length - stored.length, events: 0 };
  }
  const ahead = await storePeopleAhead(
    db,
    full.flatMap(({ sent }) => sent ?? []),
    options,
  );
  const news: SeenPeople[] = [];
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
    const trips = await storeSent(tx, sent, { ...options, releases, ahead, news, now });
    return { trips, repeats: reports.length - stored.length, events: countEvents(sent) };
  });
  for (const people of news) options.known.add(people);
  return outcome;
}

/**
 * Counting people again changes nothing, so a great many need not be in the transaction of their
 * batch: should it fail, they come again.
 */
async function storePeopleAhead(
  db: Db,
  sent: readonly SentBatch[],
  { replica, known }: IngestOptions,
): Promise<readonly SeenPeople[]> {
  if (countPeople(sent) <= PEOPLE_AT_ONCE) return [];
  const releases = await readCountedReleases(db, releasesOf(sent));
  const people = sent.map(withPeopleOnly);
  const { seen } = gatherBatches(people, { now: 0, releases, caps: NO_NAMES });
  for (const people of seen.values()) known.dropKnown(people);
  const chunks = chunksOf([...seen.values()], EXPOSURES_AT_ONCE);
  if (chunks.length <= 1) return [];
  const changed: SeenPeople[] = [];
  for (const chunk of chunks) {
    await db.transaction(async (tx) => {
      const gathered = new Gathered();
      changed.push(...(await storeSeen(tx, chunk, gathered)));
      await storeTotals(tx, gathered.totals, replica);
    });
    for (const people of chunk) known.add(people);
  }
  return changed;
}

const NO_NAMES: Caps = { admitsSeries: () => false, admitsUnknownFlag: () => false };

interface Storing extends IngestOptions {
  readonly now: number;
  readonly releases: ReadonlyMap<string, CountedRelease>;
  /** Who counts differently since a moment ago. */
  readonly ahead: readonly SeenPeople[];
  /** Filled with what is known for good once the transaction has committed. */
  readonly news: SeenPeople[];
}

/**
 * Statements that do not need each other's answers go together. Rows are locked in one order by
 * all servers: people, slots, totals, findings.
 */
async function storeSent(
  tx: Tx,
  sent: readonly SentBatch[],
  { replica, caps, known, findTrips, releases, ahead, news, now }: Storing,
): Promise<readonly Trip[]> {
  if (sent.length === 0) return [];
  const gathered = new Gathered();
  for (const each of sent) {
    gatherBatch(gathered, each, { now, releases, caps });
    // Others take their turn: a group of batches would hold up a kill on its way.
    await immediate();
  }
  for (const people of gathered.seen.values()) {
    known.dropKnown(people);
    if (people.units.size > 0) news.push(people);
  }
  const [changed] = await Promise.all([
    storeSeen(tx, news, gathered),
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

/** Releases of which the tripwire judges more people, or other ones, than a moment ago. */
function watchedReleases(
  releases: ReadonlyMap<string, CountedRelease>,
  changed: readonly SeenPeople[],
): readonly CountedRelease[] {
  const watched = changed.filter(({ tally }) => tally === 'firstsAll');
  const ids = new Set(watched.map(({ releaseId }) => releaseId));
  return [...ids].flatMap((id) => releases.get(id) ?? []);
}

function countPeople(sent: readonly SentBatch[]): number {
  const entries = sent.flatMap(({ batch, isTrusted }) =>
    isTrusted ? batch.slots.flatMap((slot) => slot.releases) : [],
  );
  return entries.reduce((sum, { units }) => sum + units.length, 0);
}

function withPeopleOnly({ batch, ...sent }: SentBatch): SentBatch {
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

/** The same people in parts of at most so many, in the same order. */
function chunksOf(seen: readonly SeenPeople[], size: number): readonly (readonly SeenPeople[])[] {
  const chunks: SeenPeople[][] = [];
  let room = 0;
  for (const people of seen) {
    const units = [...people.units];
    for (let start = 0; start < units.length; ) {
      if (room === 0) {
        chunks.push([]);
        room = size;
      }
      const part = units.slice(start, start + room);
      chunks.at(-1)?.push({ ...people, units: new Map(part) });
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
