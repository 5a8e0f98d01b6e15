import type { ReportQueue } from '../ingest/queue.js';
import type { InstanceKeeper } from '../services/receipts/instance-keeper.js';
import type { RulesetSource } from '../stream/ruleset-source.js';
import type { StreamHub } from '../stream/stream-hub.js';

/** What SDK routes and live pages are made from. */
export interface DeliveryParts {
  readonly source: RulesetSource;
  /** Streams of SDKs. */
  readonly hub: StreamHub;
  /** Streams of people who look at the UI. */
  readonly liveHub: StreamHub;
  readonly instances: InstanceKeeper;
  readonly reports: ReportQueue;
  /** Looks at the database soon. */
  readonly nudge: () => void;
  /** A number in [0, 1). */
  readonly random: () => number;
}
