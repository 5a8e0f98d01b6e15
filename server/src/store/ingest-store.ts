import { type Tripwire, tripwire } from '../domain/gates/tripwire.js';
import { gatherBatches, type SentBatch } from '../domain/metrics/gather-batches.js';
import type { Db, Tx } from './db.js';
import { type IngestRelease, readIngestReleases } from './ingest-releases.js';
import { storeSeen } from './ingest-seen.js';
import { storeSketches } from './ingest-sketches.js';
import { storeFindings, storeSlots } from './ingest-slots.js';
import { storeTotals } from './ingest-totals.js';
import { type SeenPeople, withWarmUp } from '../domain/metrics/gathered.js';
import { type InstanceReport, storeReports } from './instance-store.js';
import type { KnownSightings } from './known-sightings.js';
import { readTotalRows, toReleaseTotals } from './read-models/release-totals.js';
import type { SeriesCaps } from './series-caps.js';

/** What one instance posted, or that it came at all. */
export interface Post {
  readonly report: InstanceReport;
  readonly sent: SentBatch | null;
}

export interface IngestOptions {
  /** This writer's rows of totals and slots. */
  readonly replica: number;
  readonly caps: SeriesCaps;
  readonly known: KnownSightings;
}

/** A release whose rollback gates prove harm by what has just been stored. */
export interface Trip {
  readonly releaseId: string;
  readonly evidence: Tripwire;
}

/**
 * Stores what instances posted, at most one post of each, in one transaction: whoever's report
 * turns out to be a repeat is not counted. Answers which releases must be rolled back at once.
 */
export async function storePosts(
  db: Db,
  posts: readonly Post[],
  options: IngestOptions,
): Promise<readonly Trip[]> {
  const reports = posts.map(({ report }) => report);
  if (!posts.some(({ sent }) => sent !== null && hasContent(sent))) {
    await storeReports(db, reports);
    return [];
  }
  const news: SeenPeople[] = [];
  const trips = await db.transaction(async (tx) => {
    const stored = await storeReports(tx, reports);
    const ids = new Set(stored.map(idOf));
    const sent = posts.flatMap((post) =>
      post.sent !== null && ids.has(idOf(post.report)) ? [post.sent] : [],
    );
    const now = stored[0]?.at ?? 0;
    return storeSent(tx, sent.filter(hasContent), { ...options, news, now });
  });
  for (const people of news) options.known.add(people);
  return trips;
}

interface Storing extends IngestOptions {
  readonly now: number;
  /** Filled with what is known for good once the transaction has committed. */
  readonly news: SeenPeople[];
}

async function storeSent(
  tx: Tx,
  sent: readonly SentBatch[],
  { replica, caps, known, news, now }: Storing,
): Promise<readonly Trip[]> {
  if (sent.length === 0) return [];
  const releases = await readIngestReleases(tx, releasesOf(sent));
  await caps.load(tx, new Set(sent.map(({ environmentId }) => environmentId)));
  const gathered = gatherBatches(sent, {
    now,
    releases,
    admits: (environmentId, series) => caps.admits(environmentId, series),
  });
  for (const people of gathered.seen.values()) {
    known.leaveNews(people);
    if (people.units.size > 0) news.push(people);
  }
  const changed = await storeSeen(tx, news, gathered);
  await storeTotals(tx, gathered.totals.values(), replica);
  await storeSlots(tx, gathered.slots.values(), replica);
  await storeSketches(tx, gathered, replica);
  await storeFindings(tx, gathered.findings.values());
  return findTrips(tx, releases, changed);
}

async function findTrips(
  tx: Tx,
  releases: ReadonlyMap<string, IngestRelease>,
  changed: readonly SeenPeople[],
): Promise<readonly Trip[]> {
  const watched = changed.filter(({ metric }) => metric.endsWith('!'));
  const trips: Trip[] = [];
  for (const releaseId of new Set(watched.map((people) => people.releaseId))) {
    const release = releases.get(releaseId);
    if (!release?.frozen || !release.latches) continue;
    const metrics = [...release.rollbackMetrics].map(withWarmUp);
    const totals = toReleaseTotals(release, await readTotalRows(tx, releaseId, metrics));
    const evidence = tripwire(totals, release.frozen, release.latches);
    if (evidence.fires) trips.push({ releaseId, evidence });
  }
  return trips;
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
