import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface StreamFigures {
  readonly open: number;
  readonly opened: number;
  readonly refused: number;
  readonly cutSlow: number;
}

/** The number of SDK batches by outcome, and of the events in stored batches. */
export interface IngestFigures {
  readonly stored: number;
  readonly repeated: number;
  readonly refused: number;
  readonly failed: number;
  readonly events: number;
}

export type WebhookOutcome = 'delivered' | 'failed' | 'given_up';

/** Values that are read at each scrape. */
export interface MetricSources {
  /** By kind of stream: `sdk` or `live`. */
  readonly streams: () => Readonly<Record<string, StreamFigures>>;
  readonly rulesets: () => readonly {
    readonly project: string;
    readonly environment: string;
    readonly revision: number;
  }[];
  /** False while the database does not answer. */
  readonly isFresh: () => boolean;
  readonly reportsWaiting: () => number;
  readonly ingested: () => IngestFigures;
}

export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
  observeRequest(request: RequestFigures): void;
  /** The time from a commit until the change was written to every stream of this server. */
  observeDelivery(seconds: number): void;
  /** The time from the arrival of a batch until it was stored. */
  observeIngestion(seconds: number): void;
  /** Counts one attempt to send a notification. */
  countWebhook(outcome: WebhookOutcome): void;
}

export interface RequestFigures {
  readonly method: string;
  /** The matched pattern instead of the path, so that the number of label values is bounded. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

const REQUEST_BUCKETS = [0.005, 0.025, 0.1, 0.5, 2.5];
const INGEST_BUCKETS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const DELIVERY_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5];

/** Creates the metrics of the server in the Prometheus format. */
export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  addGauges(registry, sources);
  addStreamCounters(registry, sources);
  addIngestCounters(registry, sources);
  const requests = new Histogram({
    name: 'sluice_http_request_seconds',
    help: 'Time until a request was answered; for a stream until it began',
    labelNames: ['method', 'route', 'status'],
    buckets: REQUEST_BUCKETS,
    registers: [registry],
  });
  const deliveries = new Histogram({
    name: 'sluice_delivery_seconds',
    help: 'Time from the commit of a change until it was written to every stream',
    buckets: DELIVERY_BUCKETS,
    registers: [registry],
  });
  const ingestion = new Histogram({
    name: 'sluice_ingest_seconds',
    help: 'Time from the arrival of a batch until it was stored and acknowledged',
    buckets: INGEST_BUCKETS,
    registers: [registry],
  });
  const webhooks = new Counter({
    name: 'sluice_webhook_attempts_total',
    help: 'Attempts to send a message to a webhook, by what came of them',
    labelNames: ['outcome'],
    registers: [registry],
  });
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    observeRequest: ({ method, route, status, seconds }) => {
      requests.observe({ method, route, status }, seconds);
    },
    observeDelivery: (seconds) => deliveries.observe(Math.max(0, seconds)),
    observeIngestion: (seconds) => ingestion.observe(seconds),
    countWebhook: (outcome) => webhooks.inc({ outcome }),
  };
}

function addGauges(registry: Registry, sources: MetricSources): void {
  const registers = [registry];
  new Gauge({
    name: 'sluice_database_up',
    help: '1 while the database answers, 0 while the last known rulesets are served',
    registers,
    collect() {
      this.set(sources.isFresh() ? 1 : 0);
    },
  });
  new Gauge({
    name: 'sluice_reports_waiting',
    help: 'Reports of SDKs that are not stored yet',
    registers,
    collect() {
      this.set(sources.reportsWaiting());
    },
  });
  new Gauge({
    name: 'sluice_ruleset_revision',
    help: 'The revision that is served',
    labelNames: ['project', 'environment'],
    registers,
    collect() {
      this.reset();
      for (const { revision, ...labels } of sources.rulesets()) this.set(labels, revision);
    },
  });
  new Gauge({
    name: 'sluice_streams',
    help: 'Open event streams',
    labelNames: ['kind'],
    registers,
    collect() {
      for (const [kind, { open }] of Object.entries(sources.streams())) this.set({ kind }, open);
    },
  });
}

const STREAM_COUNTERS = {
  opened: 'Event streams that were opened',
  refused: 'Event streams that were refused by a limit or while stopping',
  cutSlow: 'Event streams that were cut because the reader was too slow',
} as const;

/** The hubs keep running totals, so each scrape replaces the values of the counters. */
function addStreamCounters(registry: Registry, sources: MetricSources): void {
  for (const [figure, help] of Object.entries(STREAM_COUNTERS)) {
    const name = figure.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    new Counter({
      name: `sluice_streams_${name}_total`,
      help,
      labelNames: ['kind'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [kind, figures] of Object.entries(sources.streams())) {
          this.inc({ kind }, figures[figure as keyof typeof STREAM_COUNTERS]);
        }
      },
    });
  }
}

/** The queue keeps running totals too, so each scrape replaces the values of the counters. */
function addIngestCounters(registry: Registry, { ingested }: MetricSources): void {
  new Counter({
    name: 'sluice_ingest_batches_total',
    help: 'Batches of events from SDKs, by what became of them',
    labelNames: ['outcome'],
    registers: [registry],
    collect() {
      const { events: _, ...batches } = ingested();
      this.reset();
      for (const [outcome, count] of Object.entries(batches)) this.inc({ outcome }, count);
    },
  });
  new Counter({
    name: 'sluice_ingest_events_total',
    help: 'Evaluations and tracked events in the batches that were stored',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(ingested().events);
    },
  });
}
