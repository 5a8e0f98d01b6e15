import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from './domain/errors.js';
import type { Log } from './log.js';
import { unwrapRefusal } from './store/database-error.js';

const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 10_000;

export interface KeepTrying {
  readonly log: Log;
  /** Ends the attempts. */
  readonly signal: AbortSignal;
  /** A number in [0, 1). It spreads the retries of servers that started together. */
  readonly random: () => number;
}

/** Tries once. Resolves to false when the database does not answer; rejects on other errors. */
export async function worksNow(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (isUnavailable(error)) return false;
    throw error;
  }
}

/** Retries until the work succeeds. Never rejects; resolves to false once the signal aborts. */
export async function keepTrying(work: () => Promise<void>, options: KeepTrying): Promise<boolean> {
  const { log, signal, random } = options;
  for (let delayMs = RETRY_MS_MIN; ; delayMs = Math.min(RETRY_MS_MAX, delayMs * 2)) {
    await sleep(delayMs * (0.5 + random() / 2), undefined, { signal, ref: false }).catch(() => {});
    if (signal.aborted) return false;
    try {
      await work();
      return true;
    } catch (error) {
      if (isUnavailable(error)) log.warn('the database does not answer yet', { error });
      else log.error('the installation could not be prepared', { error });
    }
  }
}

function isUnavailable(error: unknown): boolean {
  const refusal = unwrapRefusal(error);
  return refusal instanceof AppError && refusal.code === 'UNAVAILABLE';
}
