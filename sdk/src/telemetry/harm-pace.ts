import type { Arm } from '../core/resolution.js';

/** Lets simultaneous events share a post. */
const AT_ONCE_MS = 20;
const SPACING_MS = 500;

/**
 * How soon harmful events are sent. An event of a user with the feature is sent immediately,
 * because it may complete the evidence. A burst of them, and events of users without the feature,
 * are sent within half a second.
 */
export class HarmPace {
  /** Monotonic time of the latest post requested for users with the feature. */
  #dueAt = Number.NEGATIVE_INFINITY;

  withinMs(arm: Arm, now: number): number {
    if (arm !== 'treatment') return SPACING_MS;
    if (now >= this.#dueAt) this.#dueAt = Math.max(now + AT_ONCE_MS, this.#dueAt + SPACING_MS);
    return this.#dueAt - now;
  }
}
