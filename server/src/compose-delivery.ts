import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Trip } from './domain/gates/tripwire.js';
import { ReportQueue } from './ingest/queue.js';
import type { Log } from './log.js';
import { createMetrics, type Metrics, type StreamFigures } from './metrics.js';
import { isPerson } from './routes/admin/live.js';
import type { DeliveryParts } from './routes/delivery-parts.js';
import type { KeyVerifier } from './services/keys/key-verifier.js';
import { InstanceKeeper } from './services/receipts/instance-keeper.js';
import { findTrips } from './services/releases/trip-release.js';
import type { Database } from './store/open-database.js';
import type { KeyCopy } from './stream/key-copy.js';
import { announceChanges } from './stream/live-events.js';
import { ProjectWatch } from './stream/project-watch.js';
import { RevisionFeed } from './stream/revision-feed.js';
import { RulesetCopies } from './stream/ruleset-copies.js';
import { RulesetSource } from './stream/ruleset-source.js';
import { StreamHub } from './stream/stream-hub.js';

/** Instances send receipts at once when there are fewer, else spread out to this many a second. */
const RECEIPTS_PER_SECOND = 1_000;
const SDK_STREAM_AGE_MS = 30 * 60_000;
/** A page that reconnects has its session checked again. */
const LIVE_STREAM_AGE_MS = 5 * 60_000;
/** PGlite runs one query at a time, so a group of reports can delay a kill by this long. */
const EMBEDDED_GROUP_MS = 25;
const STREAMS_STARTING_MAX = 500;
const STREAMS_PER_KEY_MAX = 20_000;
const STREAMS_PER_PERSON_MAX = 100;
/** The maximum time over which a stopping server spreads the departure of its clients. */
const LEAVE_MS_MAX = 5_000;
const LEAVE_GRACE_MS = 500;

export interface DeliveryDeps {
  readonly database: Database;
  readonly dataDirectory: string;
  readonly log: Log;
  readonly keys: KeyVerifier;
  readonly keyCopy: KeyCopy;
  readonly now: () => Date;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Called when a batch shows severe harm, so that the release is rolled back at once. */
  readonly onTrip: (trip: Trip) => void;
}

export interface Delivery extends DeliveryParts {
  readonly feed: RevisionFeed;
  readonly metrics: Metrics;
  /** Serves the rulesets on disk at once and then follows the database. Never rejects. */
  start(): Promise<void>;
  /** Asks clients at random times to reconnect elsewhere, then ends the remaining streams. */
  leave(): Promise<void>;
  /** Stores pending reports and stops following the database. All streams must have ended. */
  stop(): Promise<void>;
}

/** Creates everything between a commit in the database and the SDKs. */
export function composeDelivery(deps: DeliveryDeps): Delivery {
  const { database, log, keyCopy, clock, random } = deps;
  const { db } = database;
  const { hub, liveHub } = makeHubs(deps);
  const reports = new ReportQueue({
    ...{ db: database.patientDb, clock, random },
    tripwire: { findTrips, onTrip: deps.onTrip },
    onStored: (ms) => metrics.observeIngestion(ms / 1_000),
    ...(database.kind === 'embedded' && { groupWorkMs: EMBEDDED_GROUP_MS }),
  });
  const instances = new InstanceKeeper({ db, log, reports, connected: () => connectedTo(hub) });
  const copies = new RulesetCopies(join(deps.dataDirectory, 'rulesets'), log);
  const receiptSpreadMs = (environmentId: string) =>
    spreadOf(Math.max(hub.sizeOf(environmentId), instances.liveCount(environmentId)));
  const source = new RulesetSource({ db, copies, log, clock, receiptSpreadMs });
  source.onEvent((event) => {
    if (event.kind === 'changed') hub.broadcast(event.environmentId, event.frame);
    else hub.cutTopic(event.environmentId);
  });
  const live = announceChanges(source, new ProjectWatch(db), liveHub);
  const read = async () => {
    await source.refresh();
    await keyCopy.refresh();
    await live.poll();
  };
  const feed = new RevisionFeed({ log, random, read });
  const nudge = () => void feed.nudge();
  const parts = { source, hub, liveHub, instances, reports, feed, nudge, random };
  const metrics = makeMetrics(parts, deps.now);
  let unlisten: (() => void) | undefined;
  return {
    ...parts,
    metrics,
    async start() {
      await keyCopy.load();
      await source.loadCopies();
      unlisten = database.listen(nudge);
      const firstRead = feed.start();
      if (!source.isReady) await firstRead;
      instances.start();
    },
    leave: () => leave(hub, liveHub),
    async stop() {
      instances.stop();
      await reports.drain();
      await feed.stop();
      unlisten?.();
      await Promise.all([copies.flush(), keyCopy.flush()]);
    },
  };
}

function makeHubs({ keys, now, random }: DeliveryDeps) {
  const options = {
    now: () => now().getTime(),
    random,
    startingMax: STREAMS_STARTING_MAX,
  };
  const hub = new StreamHub({
    ...options,
    ageMaxMs: SDK_STREAM_AGE_MS,
    perOwnerMax: STREAMS_PER_KEY_MAX,
    watchOwner: (owner, onEnd) => keys.watch(owner, onEnd),
  });
  const liveHub = new StreamHub({
    ...options,
    ageMaxMs: LIVE_STREAM_AGE_MS,
    perOwnerMax: STREAMS_PER_PERSON_MAX,
    watchOwner: (owner, onEnd) => (isPerson(owner) ? () => undefined : keys.watch(owner, onEnd)),
  });
  return { hub, liveHub };
}

function makeMetrics(
  { source, hub, liveHub, feed, reports }: DeliveryParts & { readonly feed: RevisionFeed },
  now: () => Date,
): Metrics {
  const metrics = createMetrics({
    streams: () => ({ sdk: figuresOf(hub), live: figuresOf(liveHub) }),
    rulesets: () => source.rulesets(),
    isFresh: () => feed.status.isFresh,
    reportsWaiting: () => reports.size,
    ingested: () => reports.counts,
  });
  source.onEvent((event) => {
    if (event.kind === 'changed')
      metrics.observeDelivery((now().getTime() - event.live.at) / 1_000);
  });
  return metrics;
}

async function leave(hub: StreamHub, liveHub: StreamHub): Promise<void> {
  const spreadMs = Math.min(LEAVE_MS_MAX, hub.size);
  const moved = Promise.all([hub.leave(spreadMs), liveHub.leave(0)]);
  await Promise.race([moved, sleep(spreadMs + LEAVE_GRACE_MS, undefined, { ref: false })]);
  hub.close();
  liveHub.close();
}

function spreadOf(instances: number): number {
  const isFew = instances < RECEIPTS_PER_SECOND;
  return isFew ? 0 : Math.ceil((instances / RECEIPTS_PER_SECOND) * 1_000);
}

function* connectedTo(hub: StreamHub) {
  for (const { topic, instance } of hub.instances()) {
    yield { environmentId: topic, instanceId: instance };
  }
}

function figuresOf({ size: open, counts }: StreamHub): StreamFigures {
  return { open, ...counts };
}
