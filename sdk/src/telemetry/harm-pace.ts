import type { Arm } from '../core/resolution.js';

/** What happens to somebody at the same moment goes along. */
const AT_ONCE_MS = 20;
const SPACING_MS = 500;

/**
 * How soon harm is told. Of people with the feature at once, because each of them may be the one
 * that proves it; a storm of them, and those without the feature, within half a second.
 */
export class HarmPace {
  /** When the latest post was wanted for people with the feature; monotonic. */
  #dueAt = Number.NEGATIVE_INFINITY;

  withinMs(arm: Arm, now: number): number {
    if (arm !== 'treatment') return SPACING_MS;
    if (now >= this.#dueAt) this.#dueAt = Math.max(now + AT_ONCE_MS, this.#dueAt + SPACING_MS);
    return this.#dueAt - now;
  }
}
