import { describe, expect, it } from 'vitest';
import { createMetrics, type MetricSources } from './metrics.js';

const none = { open: 0, opened: 0, refused: 0, cutSlow: 0 };
const idle: MetricSources = {
  streams: () => ({}),
  rulesets: () => [],
  isFresh: () => true,
  reportsWaiting: () => 0,
  ingested: () => ({ stored: 0, repeated: 0, refused: 0, failed: 0, events: 0 }),
};

describe('the Prometheus metrics', () => {
  it('return the values at the time of the scrape', async () => {
    let open = 1;
    const metrics = createMetrics({
      streams: () => ({ sdk: { open, opened: 5, refused: 2, cutSlow: 3 }, live: none }),
      rulesets: () => [{ project: 'default', environment: 'production', revision: 42 }],
      isFresh: () => false,
      reportsWaiting: () => 7,
      ingested: idle.ingested,
    });
    open = 4;
    const text = await metrics.text();
    expect(text).toContain('sluice_streams{kind="sdk"} 4');
    expect(text).toContain('sluice_streams_opened_total{kind="sdk"} 5');
    expect(text).toContain('sluice_streams_refused_total{kind="sdk"} 2');
    expect(text).toContain('sluice_streams_cut_slow_total{kind="sdk"} 3');
    expect(text).toContain(
      'sluice_ruleset_revision{project="default",environment="production"} 42',
    );
    expect(text).toContain('sluice_database_up 0');
    expect(text).toContain('sluice_reports_waiting 7');
    expect(await metrics.text()).toContain('sluice_streams_opened_total{kind="sdk"} 5');
  });

  it('measure requests by route, and deliveries without negative durations', async () => {
    const metrics = createMetrics(idle);
    metrics.observeRequest({ method: 'GET', route: '/livez', status: 200, seconds: 0.01 });
    metrics.observeDelivery(-0.5);
    const text = await metrics.text();
    const labels = 'method="GET",route="/livez",status="200"';
    expect(text).toContain(`sluice_http_request_seconds_count{${labels}} 1`);
    expect(text).toContain('sluice_delivery_seconds_sum 0');
    expect(text).toContain('sluice_database_up 1');
  });

  it('can be created twice in one process', () => {
    expect(() => [createMetrics(idle), createMetrics(idle)]).not.toThrow();
  });

  it('count batches by outcome, the events in them, and webhook attempts', async () => {
    const ingested = { stored: 9, repeated: 2, refused: 1, failed: 0, events: 4_500 };
    const metrics = createMetrics({ ...idle, ingested: () => ingested });
    metrics.observeIngestion(0.07);
    metrics.countWebhook('delivered');
    metrics.countWebhook('given_up');
    await metrics.text();
    const text = await metrics.text();
    expect(text).toContain('sluice_ingest_batches_total{outcome="stored"} 9');
    expect(text).toContain('sluice_ingest_batches_total{outcome="repeated"} 2');
    expect(text).toContain('sluice_ingest_batches_total{outcome="failed"} 0');
    expect(text).toContain('sluice_ingest_events_total 4500');
    expect(text).toContain('sluice_ingest_seconds_bucket{le="0.1"} 1');
    expect(text).toContain('sluice_webhook_attempts_total{outcome="given_up"} 1');
  });
});
