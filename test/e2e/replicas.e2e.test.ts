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
 * How much later than the clients of the writing server those of the other one see a change. A poll
 * alone would add half a second on average; a busy machine slows both and adds little to this.
 */
const LAG_MS_MAX = 400;

describe('two servers on one PostgreSQL', () => {
  let fresh: FreshDatabase;
  let directory: string;
  let first: RunningServer;
  let second: RunningServer;
  let fleet: SdkFleet;
  let neighbor: SdkFleet;
  let flags: ReturnType<typeof flagSteps>;

  beforeAll(async () => {
    fresh = await migratedDatabase('postgres');
    directory = await mkdtemp(join(tmpdir(), 'sluice-replicas-'));
    first = await start('first');
    second = await start('second', { adminKey: first.adminKey, serverKey: first.serverKey });
    flags = flagSteps(first);
    fleet = await SdkFleet.open(second, 5);
    neighbor = await SdkFleet.open(first, 1);
    await fleet.sees(() => flags.createOpen('awesome'), isOn('awesome'));
  });
  afterAll(async () => {
    await Promise.all([fleet?.close(), neighbor?.close()]);
    await Promise.all([first?.stop(), second?.stop()]);
    await fresh?.remove();
    await rm(directory, { recursive: true, force: true, maxRetries: 10 });
  });

  const databaseUrl = () => fresh.options.url ?? expect.fail('no PostgreSQL');
  const start = (name: string, keys = {}) =>
    startServer({ dataDir: join(directory, name), databaseUrl: databaseUrl(), ...keys });

  /** Median lag of the slowest client of the second server behind one of the first, in ms. */
  async function lagOf(rounds: number): Promise<number> {
    const lags: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const isKill = round % 2 === 0;
      const change = () => (isKill ? flags.kill('awesome') : flags.restore('awesome'));
      const holds = (isKill ? isOff : isOn)('awesome');
      const near = neighbor.sees(async () => undefined, holds);
      const far = await fleet.sees(change, holds);
      expect(far.missing).toBe(0);
      lags.push((far.times.at(-1) ?? Number.POSITIVE_INFINITY) - ((await near).times[0] ?? 0));
    }
    if (rounds % 2 === 1) await fleet.sees(() => flags.restore('awesome'), isOn('awesome'));
    return median(lags.sort((a, b) => a - b));
  }

  it('pass a change to the clients of the other at once, and by polls while listening is cut', async () => {
    expect(await lagOf(ROUNDS)).toBeLessThan(LAG_MS_MAX);
    const sql = postgres(databaseUrl(), { max: 1, onnotice: () => undefined });
    const cut = () => sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where query ilike 'listen%' and datname = current_database() and pid <> pg_backend_pid()`;
    expect((await cut()).length).toBeGreaterThanOrEqual(2);
    let isCutting = true;
    const cutting = (async () => {
      while (isCutting) await cut();
    })();
    await lagOf(5);
    isCutting = false;
    await cutting;
    await sql.end();
    await until(async () => expect(await lagOf(3)).toBeLessThan(LAG_MS_MAX));
  });

  it('lose no change and never go back a revision while eight users write to both', async () => {
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
        expect(receipts).toMatchObject({ off: 9, allOff: true });
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
