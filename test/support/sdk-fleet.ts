import { createClient, type FlagClient } from '../../sdk/src/index.js';
import { HANG_MS } from './patience.js';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

export interface Reached {
  /** Times from the start of the change until each client saw it, ascending. */
  readonly times: readonly number[];
  readonly missing: number;
}

/** Real SDK clients, each with its own stream. */
export class SdkFleet {
  readonly clients: readonly FlagClient[];

  private constructor(clients: readonly FlagClient[]) {
    this.clients = clients;
  }

  static async open(target: { url: string; serverKey: string }, count: number): Promise<SdkFleet> {
    const { url, serverKey: key } = target;
    const clients = Array.from({ length: count }, () =>
      createClient({ url, key, logger: quiet, service: 'fleet' }),
    );
    const states = await Promise.all(clients.map((client) => client.ready(HANG_MS)));
    const failed = states.filter((state) => state !== 'ok');
    if (failed.length > 0) throw new Error(`${failed.length} clients ended up ${failed[0]}`);
    return new SdkFleet(clients);
  }

  /** Makes a change and waits until each client agrees with `holds`. */
  async sees(
    change: () => Promise<unknown>,
    holds: (client: FlagClient) => boolean,
    timeoutMs = HANG_MS,
  ): Promise<Reached> {
    const startedAt = performance.now();
    const times: number[] = [];
    const seen = this.clients.map((client) =>
      untilHolds(client, holds, timeoutMs).then((isSeen) => {
        if (isSeen) times.push(performance.now() - startedAt);
      }),
    );
    await Promise.all([change(), ...seen]);
    times.sort((a, b) => a - b);
    return { times, missing: this.clients.length - times.length };
  }

  async close(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.close()));
  }
}

export function isOn(flag: string) {
  return (client: FlagClient) => client.isActive(flag, { targetingKey: 'somebody' });
}

export function isOff(flag: string) {
  return (client: FlagClient) => !client.isActive(flag, { targetingKey: 'somebody' });
}

export function median(times: readonly number[]): number {
  return times[Math.floor(times.length / 2)] ?? Number.POSITIVE_INFINITY;
}

function untilHolds(
  client: FlagClient,
  holds: (client: FlagClient) => boolean,
  timeoutMs: number,
): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (isSeen: boolean) => {
      clearTimeout(overdue);
      stop();
      resolve(isSeen);
    };
    const overdue = setTimeout(() => settle(false), timeoutMs);
    const stop = client.on('change', () => holds(client) && settle(true));
    if (holds(client)) settle(true);
  });
}
