import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FreshDatabase, migratedDatabase } from '../support/database.js';
import { openStream } from '../support/event-stream.js';
import { flagSteps } from '../support/flag-steps.js';
import { PositionChain } from '../support/position-chain.js';
import { isOff, isOn, median, SdkFleet } from '../support/sdk-fleet.js';
import { type RunningServer, startServer } from '../support/server.js';
import { until } from '../support/until.js';

const WRITERS = 8;
const CHANGES_EACH = 12;
const ROUNDS = 11;
/**
 * Without a nudge a change waits for the next poll, half a second on average. Both ways go through
 * the same processes, so a busy machine slows both and this difference stays.
 */
const POLL_COSTS_MS_MIN = 150;

describe('two servers on one PostgreSQL', () => {
  let fresh: FreshDatabase;
  let directory: string;
  let first: RunningServer;
  let second: RunningServer;
  let fleet: SdkFleet;
  let flags: ReturnType<typeof flagSteps>;

  beforeAll(async () => {
    fresh = await migratedDatabase('postgres');
    directory = await mkdtemp(join(tmpdir(), 'sluice-replicas-'));
    first = await start('first');
    second = await start('second', { adminKey: first.adminKey, serverKey: first.serverKey });
    flags = flagSteps(first);
    fleet = await SdkFleet.open(second, 5);
    await fleet.sees(() => flags.createOpen('awesome'), isOn('awesome'));
  });
  afterAll(async () => {
    await fleet?.close();
    await Promise.all([first?.stop(), second?.stop()]);
    await fresh?.remove();
    await rm(directory, { recursive: true, force: true, maxRetries: 10 });
  });

  const databaseUrl = () => fresh.options.url ?? expect.fail('no PostgreSQL');
  const start = (name: string, keys = {}) =>
    startServer({ dataDir: join(directory, name), databaseUrl: databaseUrl(), ...keys });

  /** The slowest client of each round, ascending. */
  async function timesOf(rounds: number): Promise<number[]> {
    const times: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const isKill = round % 2 === 0;
      const change = () => (isKill ? flags.kill('awesome') : flags.restore('awesome'));
      const reached = await fleet.sees(change, (isKill ? isOff : isOn)('awesome'));
      expect(reached.missing).toBe(0);
      times.push(reached.times.at(-1) ?? Number.POSITIVE_INFINITY);
    }
    if (rounds % 2 === 1) await fleet.sees(() => flags.restore('awesome'), isOn('awesome'));
    return times.sort((a, b) => a - b);
  }

  it('pass a change to the clients of the other at once, and by polls while listening is cut', async () => {
    const nudged = median(await timesOf(ROUNDS));
    const sql = postgres(databaseUrl(), { max: 1, onnotice: () => undefined });
    const cut = () => sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where query ilike 'listen%' and datname = current_database() and pid <> pg_backend_pid()`;
    expect((await cut()).length).toBeGreaterThanOrEqual(2);
    let isCutting = true;
    const cutting = (async () => {
      while (isCutting) await cut();
    })();
    const polled = median(await timesOf(ROUNDS));
    isCutting = false;
    await cutting;
    await sql.end();
    expect(polled - nudged).toBeGreaterThan(POLL_COSTS_MS_MIN);
    await until(async () => {
      expect(polled - median(await timesOf(ROUNDS))).toBeGreaterThan(POLL_COSTS_MS_MIN);
    });
  });

  it('lose nothing and never step back when eight people write through both', async () => {
    const chains = await Promise.all(
      [first, second].map(async (server) => {
        const stream = await openStream(server.url, { key: server.serverKey });
        const chain = new PositionChain();
        const follow = async (goal: number) => {
          while (chain.revision < goal) chain.take(await stream.events.next());
        };
        return { chain, stream, follow };
      }),
    );
    await Promise.all(
      Array.from({ length: WRITERS }, async (_, writer) => {
        const steps = flagSteps({ ...first, url: writer % 2 === 0 ? first.url : second.url });
        for (let change = 0; change < CHANGES_EACH; change += 1) {
          await steps.create(`flag-${writer}-${change}`);
        }
      }),
    );
    const ruleset = await flags.call('GET', '/environments/production/ruleset');
    expect(Object.keys(ruleset.flags)).toHaveLength(WRITERS * CHANGES_EACH + 1);
    for (const { chain, stream, follow } of chains) {
      await follow(ruleset.revision);
      expect(chain.document).toEqual(ruleset);
      stream.close();
    }
  });

  it('count the receipts of both', async () => {
    const others = await SdkFleet.open(first, 3);
    await others.sees(() => flags.kill('awesome'), isOff('awesome'));
    await until(async () => {
      for (const server of [first, second]) {
        const receipts = await flagSteps(server).receipts('awesome');
        expect(receipts).toMatchObject({ off: 8, allOff: true });
      }
    });
    await others.close();
  });

  it('keep their clients when the other is stopped', async () => {
    expect(await first.stop()).toBe(0);
    const steps = flagSteps({ url: second.url, adminKey: first.adminKey });
    expect((await fleet.sees(() => steps.restore('awesome'), isOn('awesome'))).missing).toBe(0);
  });
});
