import { type ClientOptions, createClient, type FlagClient } from '../../sdk/src/index.js';
import { ManualClock } from '../../sdk/src/testing/index.js';
import { FaultProxy } from './fault-proxy.js';
import { RulesetServer } from './ruleset-server.js';
import { rulesetOf } from './rulesets.js';

export const SERVER_KEY = 'sl_server_0123456789abcdef0123456789abcdef';

/** A client, a proxy that may misbehave and a server, on real sockets under one manual clock. */
export class ClientStage {
  readonly clock = new ManualClock();
  readonly log: string[] = [];
  readonly server: RulesetServer;
  readonly proxy: FaultProxy;
  readonly #clients: FlagClient[] = [];

  private constructor(server: RulesetServer, proxy: FaultProxy) {
    this.server = server;
    this.proxy = proxy;
  }

  static async open(): Promise<ClientStage> {
    const server = await RulesetServer.start(rulesetOf({ revision: 5 }));
    return new ClientStage(server, await FaultProxy.start(() => server.port));
  }

  /** Retries come late (`random` is nearly 1), so that a test decides when. */
  connect(options: Partial<ClientOptions> = {}): FlagClient {
    const say = (message: string) => void this.log.push(message);
    const client = createClient({
      url: this.proxy.url,
      key: SERVER_KEY,
      clock: this.clock,
      random: () => 0.99,
      logger: { debug: say, info: say, warn: say, error: say },
      ...options,
    });
    this.#clients.push(client);
    return client;
  }

  async close(): Promise<void> {
    const closed = this.#clients.map((client) => client.close());
    this.clock.advance(5_000);
    await Promise.all(closed);
    await this.proxy.close();
    await this.server.close();
  }
}

/** Runs all due tasks without advancing the clock. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
