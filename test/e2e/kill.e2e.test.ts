import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds, type FreshDatabase, migratedDatabase } from '../support/database.js';
import { flagSteps } from '../support/flag-steps.js';
import { isOff, isOn, SdkFleet } from '../support/sdk-fleet.js';
import { type RunningServer, startServer } from '../support/server.js';
import { until } from '../support/until.js';

const COUNT = 40;

describe.each(databaseKinds)('a kill, with the database %s', (kind) => {
  let fresh: FreshDatabase;
  let server: RunningServer;
  let fleet: SdkFleet;
  let flags: ReturnType<typeof flagSteps>;

  beforeAll(async () => {
    fresh = await migratedDatabase(kind);
    const { url: databaseUrl, dataDirectory: dataDir } = fresh.options;
    server = await startServer({ dataDir, ...(databaseUrl === undefined ? {} : { databaseUrl }) });
    flags = flagSteps(server);
    fleet = await SdkFleet.open(server, COUNT);
  });
  afterAll(async () => {
    await fleet?.close();
    await server?.stop();
    await fresh?.remove();
  });

  it('reaches every client at once, and each confirms it', async () => {
    await fleet.sees(() => flags.createOpen('awesome'), isOn('awesome'));
    const killedAt = performance.now();
    const killed = await fleet.sees(() => flags.kill('awesome'), isOff('awesome'));
    expect(killed.missing).toBe(0);
    await until(async () => {
      const receipts = await flags.receipts('awesome');
      expect(receipts).toMatchObject({ killed: true, instances: COUNT, off: COUNT, allOff: true });
      expect(receipts.slowest).toMatchObject({ service: 'fleet' });
      expect(receipts.slowest.ms).toBeLessThan(performance.now() - killedAt);
      expect(receipts.p50Ms).toBeLessThanOrEqual(receipts.slowest.ms);
    });
  });

  it('overrides rules, and a restore brings the earlier values back', async () => {
    const rule = { id: 'all', rollout: { to: 100 }, serve: { variant: 'on' } };
    await flags.create('ruled');
    const path = '/environments/production/flags/ruled';
    const { version, parent, offVariant, onVariant, defaultVariant } = await flags.call(
      'GET',
      path,
    );
    const body = { parent, offVariant, onVariant, defaultVariant, status: 'conditional' };
    const open = () => flags.call('PUT', path, { ...body, rules: [rule] }, version);
    expect((await fleet.sees(open, isOn('ruled'))).missing).toBe(0);
    expect((await fleet.sees(() => flags.kill('ruled'), isOff('ruled'))).missing).toBe(0);
    expect((await fleet.sees(() => flags.restore('ruled'), isOn('ruled'))).missing).toBe(0);
  });

  it('survives the server: clients stay off during and after its absence', async () => {
    await fleet.sees(() => flags.createOpen('lasting'), isOn('lasting'));
    await fleet.sees(() => flags.kill('lasting'), isOff('lasting'));
    const { port, adminKey, serverKey } = server;
    await server.kill('SIGKILL');
    expect(fleet.clients.every(isOff('lasting'))).toBe(true);
    const { url: databaseUrl, dataDirectory: dataDir } = fresh.options;
    server = await startServer({
      ...{ dataDir, port, adminKey, serverKey },
      ...(databaseUrl === undefined ? {} : { databaseUrl }),
    });
    expect(fleet.clients.every(isOff('lasting'))).toBe(true);
    const restored = await fleet.sees(() => flags.restore('lasting'), isOn('lasting'));
    expect(restored.missing).toBe(0);
  });
});
