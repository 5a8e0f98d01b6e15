import { setTimeout as pause } from 'node:timers/promises';

/** Tries until it works, for what happens in another process and announces nothing. */
export async function until<T>(attempt: () => Promise<T>, timeoutMs = 20_000): Promise<T> {
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
