import { setTimeout as pause } from 'node:timers/promises';
import { HANG_MS } from './patience.js';

/** Retries until success, for changes in another process that sends no signal. */
export async function until<T>(attempt: () => Promise<T>, timeoutMs = HANG_MS): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await pause(20);
    }
  }
}
