import { beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds, withDatabase } from '../../../../test/support/database.js';
import { type AnyGrant, contextOn, grantOnNewProject } from '../../../../test/support/verbs.js';
import { storeReports } from '../../store/instance-store.js';
import {
  pageOfMarkers,
  readMarkersBetween,
  readRecentMarkers,
} from '../../store/read-models/marker-view.js';
import type { Ctx } from '../context.js';
import { createMarker } from './create-marker.js';
import { deriveMarkers } from './derive-markers.js';

describe.each(databaseKinds)('deploys derived from instance versions on %s', (kind) => {
  const database = withDatabase(kind);
  let ctx: Ctx;
  let grant: AnyGrant;

  beforeAll(async () => {
    ctx = { ...contextOn(database.db), now: () => new Date() };
    grant = await grantOnNewProject(ctx, 'shop');
  });

  const report = (instanceId: string, service: string, serviceVersion: string) =>
    storeReports(database.db, [
      {
        ...{ environmentId: grant.environmentId, instanceId, service, serviceVersion },
        ...{ sdk: 'js', seq: null, epoch: null, revision: null, waitedMs: 0 },
      },
    ]);

  const told = (service: string, version: string, at: Date | null = null) =>
    createMarker(ctx, grant, {
      ...{ type: 'deploy', service, version, at: at?.toISOString() ?? null },
      ...{ commit: null, url: null, actor: null, endAt: null, idempotencyKey: null },
    });

  const labels = async () => {
    const { items } = await pageOfMarkers(database.db, grant, { limit: 50 });
    return items.map((marker) => `${marker.label}${marker.derived ? ' (seen)' : ''}`).sort();
  };

  it('are marked once for any number of instances and servers', async () => {
    await report('a', 'checkout', '1.0.0');
    await report('b', 'checkout', '1.0.0');
    await report('c', 'checkout', '');
    const made = await Promise.all([deriveMarkers(database.db), deriveMarkers(database.db)]);
    expect(made.toSorted()).toEqual([0, 1]);
    expect(await deriveMarkers(database.db)).toBe(0);
    expect(await labels()).toEqual(['deploy of checkout 1.0.0 (seen)']);
  });

  it('are replaced by a deploy that is reported within ten minutes', async () => {
    expect((await told('checkout', '1.0.0')).isNew).toBe(true);
    expect(await deriveMarkers(database.db)).toBe(0);
    expect(await labels()).toEqual(['deploy of checkout 1.0.0']);
  });

  it('are not marked when the deploy was reported before', async () => {
    await told('checkout', '1.1.0', new Date(Date.now() - 5 * 60_000));
    await told('', '2.0.0');
    await report('d', 'checkout', '1.1.0');
    await report('e', 'search', '2.0.0');
    expect(await deriveMarkers(database.db)).toBe(0);
  });

  it('are marked for each service and environment separately', async () => {
    await report('f', 'search', '1.0.0');
    expect(await deriveMarkers(database.db)).toBe(1);
    expect(await labels()).toContain('deploy of search 1.0.0 (seen)');
  });

  it('are read newest first since a given time, and oldest first for a timeline', async () => {
    const recent = await readRecentMarkers(database.db, grant.environmentId, Date.now() - 60_000);
    expect(recent.map(({ label }) => label)).toContain('deploy of search 1.0.0');
    expect(recent.map(({ at }) => at)).toEqual(recent.map(({ at }) => at).sort((a, b) => b - a));
    expect(recent.map(({ label }) => label)).not.toContain('deploy of checkout 1.1.0');
    const span = { fromMs: Date.now() - 3_600_000, toMs: Date.now() + 60_000 };
    const [first] = await readMarkersBetween(database.db, grant.environmentId, span);
    expect(first?.label).toBe('deploy of checkout 1.1.0');
  });
});
