import { ATTEMPTS_MAX, retryDelayMs } from '../../domain/webhooks/webhook.js';
import type { Log } from '../../log.js';
import type { Db } from '../../store/db.js';
import {
  claimDue,
  type DueMessage,
  type Outcome,
  pruneOutbox,
  saveOutcome,
} from '../../store/outbox-dispatch-store.js';
import { type SendMessageDeps, sendMessage } from './send-message.js';
import { tellOfKills } from './tell-of-kills.js';

const POLL_MS = 1_000;
const PRUNE_MS = 60 * 60_000;
const IN_FLIGHT_MAX = 8;
const PER_WEBHOOK_MAX = 2;
/** Much longer than the timeout of a request. */
const LEASE_MS = 60_000;

export interface WebhookDispatcherDeps extends SendMessageDeps {
  readonly db: Db;
  readonly log: Log;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Reports the outcome of each attempt to the server's own metrics. */
  readonly onAttempt?: (outcome: 'delivered' | 'failed' | 'given_up') => void;
}

/**
 * Sends the messages in the outbox. Any number of servers may do so: one server claims a message,
 * and another takes over when the claim expires. A message is delivered at least once, always with
 * the same id.
 */
export class WebhookDispatcher {
  readonly #deps: WebhookDispatcherDeps;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #inFlight = new Map<Promise<void>, string>();
  readonly #stopping = new AbortController();
  #looking: Promise<void> | undefined;

  constructor(deps: WebhookDispatcherDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#timers.push(
      setInterval(() => void this.poll(), POLL_MS).unref(),
      setInterval(() => void this.#prune(), PRUNE_MS).unref(),
    );
  }

  /** Aborts requests in flight. The next server to claim their messages sends them again. */
  async stop(): Promise<void> {
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
    this.#stopping.abort();
    await this.settled();
  }

  /** Starts sending due messages, within limits, until none is left. Never rejects. */
  poll(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** Resolves when no message is in flight or due. */
  async settled(): Promise<void> {
    while (this.#looking !== undefined || this.#inFlight.size > 0) {
      await Promise.all([this.#looking, ...this.#inFlight.keys()]);
    }
  }

  async #look(): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    try {
      await tellOfKills(this.#deps.db);
      await this.#sendDue();
    } catch (error) {
      this.#deps.log.debug('the outbox could not be read', { error });
    }
  }

  async #sendDue(): Promise<void> {
    const limit = IN_FLIGHT_MAX - this.#inFlight.size;
    if (limit <= 0) return;
    const messages = await claimDue(this.#deps.db, {
      ...{ limit, busy: this.#busy(), leaseMs: LEASE_MS },
      perWebhookMax: PER_WEBHOOK_MAX,
    });
    for (const message of messages) {
      const sending = this.#send(message).finally(() => {
        this.#inFlight.delete(sending);
        if (this.#inFlight.size === 0) void this.poll();
      });
      this.#inFlight.set(sending, message.webhookId);
    }
  }

  #busy(): readonly string[] {
    return [...new Set(this.#inFlight.values())];
  }

  async #send(message: DueMessage): Promise<void> {
    const { db, log, random } = this.#deps;
    const { signal } = this.#stopping;
    try {
      const problem = await sendMessage(this.#deps, message, signal);
      if (signal.aborted) return;
      const outcome = outcomeOf(problem, message.attempts, random());
      await saveOutcome(db, message, outcome);
      const isGivenUp = !outcome.isDelivered && outcome.retryInMs === null;
      const failure = isGivenUp ? 'given_up' : 'failed';
      this.#deps.onAttempt?.(outcome.isDelivered ? 'delivered' : failure);
      if (isGivenUp) {
        log.warn('a webhook did not take a message; it is given up', { count: message.attempts });
      }
    } catch (error) {
      log.debug('what became of a message could not be stored', { error });
    }
  }

  async #prune(): Promise<void> {
    await pruneOutbox(this.#deps.db).catch((error: unknown) => {
      this.#deps.log.warn('old messages could not be pruned; it is tried again in an hour', {
        error,
      });
    });
  }
}

function outcomeOf(problem: string | null, attempts: number, random: number): Outcome {
  if (problem === null) return { isDelivered: true, error: null, retryInMs: null };
  const retryInMs = attempts >= ATTEMPTS_MAX ? null : retryDelayMs(attempts, random);
  return { isDelivered: false, error: problem, retryInMs };
}
