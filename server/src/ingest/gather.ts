import { type EventBatch, type EventSlot, type ReleaseSlot, SLOT_MS } from '@sluice/sdk/protocol';
import { type Finding, type UnknownFlag, unknownFlag } from '../domain/metrics/finding.js';
import {
  eventSeries,
  exposureSeries,
  flagSeries,
  OVERFLOW_SERIES,
  releaseSeries,
} from '../domain/metrics/series.js';
import { ARM_CODES, type TallyKey, type UnitTally } from '../domain/metrics/tally.js';
import type { CountedRelease } from '../store/read-models/counted-releases.js';
import { toExposure } from './exposure.js';
import { addBuckets, addSketch, Gathered } from './gathered.js';

/** Charts leave out events that are older; a running release counts events of any age. */
const LATE_MS = 60 * 60_000;
/** The clock of a sender may be this far ahead. Later events are charted at the present. */
const AHEAD_MS_MAX = 5 * 60_000;
/** Older slots are charted in larger steps: a sender may deliver an hour of them at once. */
const COARSE_AFTER_MS = 2 * 60_000;
const COARSE_MS = 5 * 60_000;

export interface SentBatch {
  readonly environmentId: string;
  /** True for a server key. Anyone can have a client key, so its batches only feed charts. */
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
  readonly caps: Caps;
}

/** Limits the names that an environment may have. A name that was admitted stays admitted. */
export interface Caps {
  admitsSeries(environmentId: string, series: string): boolean;
  admitsUnknownFlag(environmentId: string, finding: UnknownFlag): boolean;
}

export function gatherBatches(sent: readonly SentBatch[], world: IngestWorld): Gathered {
  const gathered = new Gathered();
  for (const each of sent) gatherBatch(gathered, each, world);
  return gathered;
}

export function gatherBatch(gathered: Gathered, sent: SentBatch, world: IngestWorld): void {
  const { environmentId, batch, isTrusted } = sent;
  gathered.addFinding(environmentId, 'dropped', batch.dropped);
  gathered.addFinding(environmentId, 'unattributed', batch.unattributed);
  for (const key of batch.unknown) {
    const finding = unknownFlag(key);
    const isAdmitted = world.caps.admitsUnknownFlag(environmentId, finding);
    gathered.addFinding(environmentId, isAdmitted ? finding : 'unknown', 1);
  }
  for (const slot of batch.slots) {
    const at = chartTimeOf(gathered, environmentId, slot, world.now);
    if (at !== null) chartSlot(gathered, { environmentId, at, slot }, world);
    if (!isTrusted) continue;
    for (const entry of slot.releases) gatherRelease(gathered, { environmentId, at, entry }, world);
  }
}

/** The time under which charts show a slot; null when it is too old for them. */
function chartTimeOf(
  gathered: Gathered,
  environmentId: string,
  slot: EventSlot,
  now: number,
): number | null {
  if (slot.to < now - LATE_MS) {
    gathered.addFinding(environmentId, 'late', eventsOf(slot));
    return null;
  }
  if (slot.to < now - COARSE_AFTER_MS) return Math.floor(slot.from / COARSE_MS) * COARSE_MS;
  if (slot.from <= now + AHEAD_MS_MAX) return slot.from;
  gathered.addFinding(environmentId, 'future', eventsOf(slot));
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
    const isAdmitted = world.caps.admitsSeries(environmentId, name);
    if (!isAdmitted) gathered.addFinding(environmentId, 'overflow', count);
    return gathered.slot(environmentId, isAdmitted ? name : OVERFLOW_SERIES, at);
  };
  for (const [flag, variants] of Object.entries(slot.flags)) {
    for (const [variant, count] of Object.entries(variants)) {
      series(flagSeries(flag, variant), count).count += count;
    }
  }
  for (const [name, { count, sum, sketch }] of Object.entries(slot.metrics)) {
    const point = series(eventSeries(name), count);
    point.count += count;
    point.sum += sum;
    const isWanted = sketch !== undefined && point.series !== OVERFLOW_SERIES;
    if (isWanted && !addSketch(point, sketch))
      gathered.addFinding(environmentId, 'malformed-sketch', 1);
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
    gathered.addFinding(environmentId, problem ?? 'unknown-release', entry.exposures || 1);
    return;
  }
  countUnits(gathered, release, entry, segment);
  sumValues(gathered, release, part);
}

function problemOf(
  release: KnownRelease | undefined,
  segment: number | undefined,
  environmentId: string,
): Finding | null {
  if (release?.environmentId !== environmentId) return 'unknown-release';
  if (!release.isActive) return 'ended-release';
  return segment === undefined ? 'unknown-phase' : null;
}

function countUnits(
  gathered: Gathered,
  { id: releaseId, metrics, rollbackMetrics }: KnownRelease,
  { phase, arm, units, splits, warmUpSplits }: ReleaseSlot,
  segment: number,
): void {
  const exposure = toExposure(phase, ARM_CODES[arm]);
  const see = (tally: UnitTally, metric: string, seen: readonly string[]) => {
    const scope = tally === 'units' ? phase : segment;
    gathered.see({ releaseId, tally, metric, scope }, seen, exposure);
  };
  see('firstUnits', '', units);
  see('units', '', units);
  for (const [metric, seen] of Object.entries(splits)) {
    if (!metrics.has(metric)) continue;
    see('firsts', metric, seen);
    if (rollbackMetrics.has(metric)) see('firstsAll', metric, seen);
  }
  for (const [metric, seen] of Object.entries(warmUpSplits)) {
    if (rollbackMetrics.has(metric)) see('firstsAll', metric, seen);
  }
}

function sumValues(gathered: Gathered, release: KnownRelease, part: ReleasePart): void {
  const { environmentId, at, entry } = part;
  const { phase, arm } = entry;
  const totalOf = (key: TallyKey) =>
    gathered.total({ ...key, releaseId: release.id, phase, armCode: ARM_CODES[arm] });
  const side = { releaseId: release.id, phase, arm };
  const chart = (series: string, count: number, sum: number, sketch?: string) => {
    if (at === null) return;
    const point = gathered.slot(environmentId, series, at);
    point.count += count;
    point.sum += sum;
    if (sketch !== undefined) addSketch(point, sketch);
  };
  totalOf({ tally: 'exposures', metric: '' }).count += entry.exposures;
  chart(exposureSeries(side), entry.exposures, entry.units.length);
  for (const metric of metricsOf(entry)) {
    if (!release.metrics.has(metric)) {
      gathered.addFinding(environmentId, 'unknown-metric', 1);
      continue;
    }
    const units = entry.splits[metric];
    const buckets = entry.buckets[metric];
    const sketch = entry.sketches[metric];
    const sums = { tally: 'sums', metric } as const;
    const series = releaseSeries(side, metric);
    if (units) chart(series, units.length, 0);
    if (buckets) {
      addBuckets(totalOf(sums), buckets);
      chart(series, sumOf(buckets, 2), sumOf(buckets, 1));
    }
    if (sketch === undefined) continue;
    if (addSketch(totalOf(sums), sketch)) chart(series, 0, 0, sketch);
    else gathered.addFinding(environmentId, 'malformed-sketch', 1);
  }
}

function metricsOf({ splits, buckets, sketches }: ReleaseSlot): ReadonlySet<string> {
  return new Set([splits, buckets, sketches].flatMap((part) => Object.keys(part)));
}

function sumOf(buckets: ReleaseSlot['buckets'][string], part: 1 | 2): number {
  return buckets.reduce((sum, entry) => sum + entry[part], 0);
}
