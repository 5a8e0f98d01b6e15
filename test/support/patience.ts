import { setTimeout as pause } from 'node:timers/promises';
import type { DatabaseLimits } from '../../server/src/store/open-database.js';

/**
 * How long a test waits for something that must happen before it calls it a hang, in milliseconds. It
 * proves nothing about speed: a busy machine takes ten times as long as a quiet one.
 */
export const HANG_MS = 300_000;

/** For a database, in tests that are not about these limits. */
export const PATIENT_LIMITS: DatabaseLimits = {
  acquireTimeoutMs: HANG_MS,
  patienceMs: 60,
  lockTimeoutMs: HANG_MS,
  statementTimeoutMs: HANG_MS,
  answerTimeoutMs: HANG_MS,
};

/**
 * Expects that work which a timer of this process limits is over before a timer that ends after
 * `ms`. Timers of one process fire in their order, so this holds on a busy machine too.
 */
export async function overBefore<T>(ms: number, work: Promise<T>): Promise<T> {
  const end = new AbortController();
  const late = pause(ms, undefined, { signal: end.signal }).then(() => {
    throw new Error(`it took more than ${ms} ms`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    late.catch(() => undefined);
    end.abort();
  }
}
