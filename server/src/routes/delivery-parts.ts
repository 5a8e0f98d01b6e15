import type { ReportQueue } from '../ingest/queue.js';
import type { InstanceKeeper } from '../services/receipts/instance-keeper.js';
import type { RulesetSource } from '../stream/ruleset-source.js';
import type { StreamHub } from '../stream/stream-hub.js';

/** The dependencies of the SDK routes and of the live stream of the admin UI. */
export interface DeliveryParts {
  readonly source: RulesetSource;
  /** Streams of SDKs. */
  readonly hub: StreamHub;
  /** Streams of open pages of the admin UI. */
  readonly liveHub: StreamHub;
  readonly instances: InstanceKeeper;
  readonly reports: ReportQueue;
  /** Makes the feed read the database soon. */
  readonly nudge: () => void;
  /** A number in [0, 1). */
  readonly random: () => number;
}
