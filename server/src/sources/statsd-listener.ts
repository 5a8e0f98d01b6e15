import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type EventBatch, SLOT_MS } from '@sluice/sdk/protocol';
import type { Log } from '../log.js';
import { type StatsdCounts, StatsdGathering } from './statsd-gathering.js';

export interface StatsdOptions {
  readonly host: string;
  /** 0 selects a free port. */
  readonly port: number;
  readonly isAllowed: (name: string) => boolean;
  readonly now: () => Date;
  readonly log: Log;
  /** Stores the samples of ten seconds. */
  readonly store: (batch: EventBatch) => Promise<void>;
}

/**
 * Receives StatsD packets and stores their sums every ten seconds. UDP may lose packets, so the
 * sums only feed charts and never a comparison of treatment and control.
 */
export class StatsdListener {
  readonly #options: StatsdOptions;
  readonly #gathering: StatsdGathering;
  #socket: Socket | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: StatsdOptions) {
    this.#options = options;
    this.#gathering = new StatsdGathering(options.isAllowed);
  }

  get counts(): StatsdCounts {
    return this.#gathering.counts;
  }

  /** The port in use; undefined while the listener is stopped. */
  get port(): number | undefined {
    return this.#socket?.address().port;
  }

  /** Rejects when the port is taken. */
  async start(): Promise<void> {
    const { host, port, log } = this.#options;
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    socket.on('message', (bytes) => this.#gathering.addPacket(bytes.toString('utf8')));
    const listening = once(socket, 'listening');
    socket.bind(port, host);
    await listening;
    socket.on('error', (error) => log.warn('the StatsD listener has a problem', { error }));
    this.#socket = socket;
    this.#timer = setInterval(() => void this.flush(), SLOT_MS).unref();
  }

  async flush(): Promise<void> {
    const { now, store, log } = this.#options;
    const batch = this.#gathering.take(now().getTime());
    if (batch === null) return;
    await store(batch).catch((error: unknown) => {
      log.warn('what came by StatsD in the last ten seconds could not be stored', { error });
    });
  }

  /** Closes the socket and stores the samples received so far. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    const socket = this.#socket;
    this.#socket = undefined;
    if (!socket) return;
    await new Promise<void>((resolve) => socket.close(() => resolve()));
    await this.flush();
  }
}
