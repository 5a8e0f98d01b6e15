import { type EventBatch, type EventSlot, type ReleaseSlot, SLOT_MS } from '@sluice/sdk/protocol';
import { ARM_CODES, nameInTotals, type TallyKey, type UnitTally } from '../domain/metrics/tally.js';
import type { CountedRelease } from '../store/read-models/counted-releases.js';
import { addBuckets, addSketch, Gathered } from './gathered.js';
import { toSighting } from './sighting.js';

/** Charts take nothing older; the comparison of a running release takes any age. */
const LATE_MS = 60 * 60_000;
/** A clock may be a little ahead; what lies further in the future is put at the present. */
const AHEAD_MS_MAX = 5 * 60_000;
/** What comes after minutes of silence is charted more coarsely: an hour of it is much at once. */
const COARSE_AFTER_MS = 2 * 60_000;
const COARSE_MS = 5 * 60_000;

export interface SentBatch {
  readonly environmentId: string;
  /** Came with a server key; anybody has a client key, so those feed charts only. */
  readonly isTrusted: boolean;
  readonly batch: EventBatch;
}

export type KnownRelease = Pick<
  CountedRelease,
  'id' | 'environmentId' | 'isActive' | 'segments' | 'metrics' | 'rollbackMetrics'
>;

export interface IngestWorld {
  /** The database's clock, epoch milliseconds. */
  readonly now: number;
  readonly releases: ReadonlyMap<string, KnownRelease>;
  /** Whether a chart may have this series; the answer for one series never changes back. */
  readonly admits: (environmentId: string, series: string) => boolean;
}

/** The one series of what a chart has no room for. */
export const OVERFLOW = 'overflow';

export function gatherBatches(sent: readonly SentBatch[], world: IngestWorld): Gathered {
  const gathered = new Gathered();
  for (const each of sent) gatherBatch(gathered, each, world);
  return gathered;
}

/** Adds one batch to what others came to. */
export function gatherBatch(gathered: Gathered, sent: SentBatch, world: IngestWorld): void {
  const { environmentId, batch, isTrusted } = sent;
  gathered.find(environmentId, 'dropped', batch.dropped);
  gathered.find(environmentId, 'unattributed', batch.unattributed);
  for (const key of batch.unknown) {
    const what = `unknown:${key}`;
    gathered.find(environmentId, world.admits(environmentId, what) ? what : 'unknown', 1);
  }
  for (const slot of batch.slots) {
    const at = placeSlot(gathered, environmentId, slot, world.now);
    if (at !== null) chartSlot(gathered, { environmentId, at, slot }, world);
    if (!isTrusted) continue;
    for (const entry of slot.releases) gatherRelease(gathered, { environmentId, at, entry }, world);
  }
}

/** Where charts have it: null, nowhere. */
function placeSlot(
  gathered: Gathered,
  environmentId: string,
  slot: EventSlot,
  now: number,
): number | null {
  if (slot.to < now - LATE_MS) {
    gathered.find(environmentId, 'late', eventsOf(slot));
    return null;
  }
  if (slot.to < now - COARSE_AFTER_MS) return Math.floor(slot.from / COARSE_MS) * COARSE_MS;
  if (slot.from <= now + AHEAD_MS_MAX) return slot.from;
  gathered.find(environmentId, 'future', eventsOf(slot));
  return Math.floor(now / SLOT_MS) * SLOT_MS;
}

/** Evaluations and tracked events. */
export function eventsOf(slot: EventSlot): number {
  let events = 0;
  for (const variants of Object.values(slot.flags)) {
    for (const count of Object.values(variants)) events += count;
  }
  for (const { count } of Object.values(slot.metrics)) events += count;
  return events;
}

interface Charted {
  readonly environmentId: string;
  readonly at: number;
  readonly slot: EventSlot;
}

function chartSlot(
  gathered: Gathered,
  { environmentId, at, slot }: Charted,
  world: IngestWorld,
): void {
  const series = (name: string, count: number) => {
    const isAdmitted = world.admits(environmentId, name);
    if (!isAdmitted) gathered.find(environmentId, OVERFLOW, count);
    return gathered.slot(environmentId, isAdmitted ? name : OVERFLOW, at);
  };
  for (const [flag, variants] of Object.entries(slot.flags)) {
    for (const [variant, count] of Object.entries(variants)) {
      series(`flag:${flag}:${variant}`, count).count += count;
    }
  }
  for (const [name, { count, sum, sketch }] of Object.entries(slot.metrics)) {
    const point = series(`metric:${name}`, count);
    point.count += count;
    point.sum += sum;
    const isKept = sketch === undefined || point.series === OVERFLOW || addSketch(point, sketch);
    if (!isKept) gathered.find(environmentId, 'malformed-sketch', 1);
  }
}

interface ReleasePart {
  readonly environmentId: string;
  readonly at: number | null;
  readonly entry: ReleaseSlot;
}

function gatherRelease(gathered: Gathered, part: ReleasePart, world: IngestWorld): void {
  const { environmentId, entry } = part;
  const release = world.releases.get(entry.id);
  const segment = release?.segments.get(entry.phase);
  const problem = problemOf(release, segment, environmentId);
  if (!release || segment === undefined || problem !== null) {
    gathered.find(environmentId, problem ?? 'unknown-release', entry.exposures || 1);
    return;
  }
  countPeople(gathered, release, entry, segment);
  sumValues(gathered, release, part);
}

function problemOf(
  release: KnownRelease | undefined,
  segment: number | undefined,
  environmentId: string,
): string | null {
  if (release?.environmentId !== environmentId) return 'unknown-release';
  if (!release.isActive) return 'ended-release';
  return segment === undefined ? 'unknown-phase' : null;
}

function countPeople(
  gathered: Gathered,
  { id: releaseId, metrics, rollbackMetrics }: KnownRelease,
  { phase, arm, units, splits, warmUpSplits }: ReleaseSlot,
  segment: number,
): void {
  const sighting = toSighting(phase, ARM_CODES[arm]);
  const see = (tally: UnitTally, metric: string, people: readonly string[]) => {
    const scope = tally === 'units' ? phase : segment;
    gathered.see({ releaseId, tally, metric, scope }, people, sighting);
  };
  see('firstUnits', '', units);
  see('units', '', units);
  for (const [metric, people] of Object.entries(splits)) {
    if (!metrics.has(metric)) continue;
    see('firsts', metric, people);
    if (rollbackMetrics.has(metric)) see('firstsAll', metric, people);
  }
  for (const [metric, people] of Object.entries(warmUpSplits)) {
    if (rollbackMetrics.has(metric)) see('firstsAll', metric, people);
  }
}

function sumValues(gathered: Gathered, release: KnownRelease, part: ReleasePart): void {
  const { environmentId, at, entry } = part;
  const { phase, arm } = entry;
  const totalOf = (key: TallyKey) =>
    gathered.total({ ...key, releaseId: release.id, phase, armCode: ARM_CODES[arm] });
  const chart = (metric: string, count: number, sum: number, sketch?: string) => {
    if (at === null) return;
    const series = `release:${release.id}:${phase}:${arm}:${metric}`;
    const point = gathered.slot(environmentId, series, at);
    point.count += count;
    point.sum += sum;
    if (sketch !== undefined) addSketch(point, sketch);
  };
  const exposures = { tally: 'exposures', metric: '' } as const;
  totalOf(exposures).count += entry.exposures;
  chart(nameInTotals(exposures), entry.exposures, entry.units.length);
  for (const metric of metricsOf(entry)) {
    if (!release.metrics.has(metric)) {
      gathered.find(environmentId, 'unknown-metric', 1);
      continue;
    }
    const people = entry.splits[metric];
    const buckets = entry.buckets[metric];
    const sketch = entry.sketches[metric];
    const sums = { tally: 'sums', metric } as const;
    if (people) chart(metric, people.length, 0);
    if (buckets) {
      addBuckets(totalOf(sums), buckets);
      chart(metric, sumOf(buckets, 2), sumOf(buckets, 1));
    }
    if (sketch === undefined) continue;
    if (addSketch(totalOf(sums), sketch)) chart(metric, 0, 0, sketch);
    else gathered.find(environmentId, 'malformed-sketch', 1);
  }
}

function metricsOf({ splits, buckets, sketches }: ReleaseSlot): ReadonlySet<string> {
  return new Set([splits, buckets, sketches].flatMap((part) => Object.keys(part)));
}

function sumOf(buckets: ReleaseSlot['buckets'][string], place: 1 | 2): number {
  return buckets.reduce((sum, entry) => sum + entry[place], 0);
}
