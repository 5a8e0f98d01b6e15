import type { Clock } from '../clock.js';
import { type Identity, requestTo } from '../identity.js';
import { EVENTS_PATH } from '../protocol/headers.js';
import { type Random, retryDelayMs } from '../sync/backoff.js';
import type { Transport } from '../sync/transport.js';

const ATTEMPTS_MAX = 5;

export interface ReplayDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly transport: Transport;
}

/**
 * Posts a batch under the instance that left it unanswered. The server recognizes its number, so
 * nothing is counted twice. Never rejects.
 */
export async function replayBatch(
  deps: ReplayDeps,
  identity: Identity,
  body: string,
  signal: AbortSignal,
): Promise<void> {
  const { clock, random, transport } = deps;
  const headers = { 'Content-Type': 'application/json' };
  for (let attempt = 1; attempt <= ATTEMPTS_MAX && !signal.aborted; attempt += 1) {
    try {
      const request = requestTo(identity, 'POST', EVENTS_PATH, { headers, body });
      const { status, read } = await transport(request, signal);
      await read(() => {});
      if (status < 500 && status !== 429) return;
    } catch {
      // The server does not answer, which may be temporary.
    }
    await new Promise<void>((resolve) => {
      clock.setTimer(resolve, retryDelayMs(attempt, random));
    });
  }
}
