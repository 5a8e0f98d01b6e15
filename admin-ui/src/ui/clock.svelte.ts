import { createContext } from 'svelte';

const TICK_MS = 15_000;

/** The current time, shared by all relative times on the page. */
export class Clock {
  #now = $state(Date.now());

  get now(): number {
    return this.#now;
  }

  /** Returns the stop function; hand it to onMount. */
  start(): () => void {
    const timer = setInterval(() => {
      this.#now = Date.now();
    }, TICK_MS);
    return () => clearInterval(timer);
  }
}

export const [useClock, provideClock] = createContext<Clock>();
