/** Calls all listeners of an event. A listener that throws does not stop the others. */
export class Listeners<Events extends object> {
  readonly #byEvent = new Map<keyof Events, Set<(payload: never) => void>>();
  readonly #onThrow: (event: keyof Events) => void;

  constructor(onThrow: (event: keyof Events) => void) {
    this.#onThrow = onThrow;
  }

  /** Returns the unsubscribe function. Adding the same listener twice has no effect. */
  add<E extends keyof Events>(event: E, listener: (payload: Events[E]) => void): () => void {
    const listeners = this.#byEvent.get(event) ?? new Set();
    this.#byEvent.set(event, listeners.add(listener));
    return () => {
      listeners.delete(listener);
    };
  }

  has(event: keyof Events): boolean {
    return (this.#byEvent.get(event)?.size ?? 0) > 0;
  }

  emit<E extends keyof Events>(event: E, payload: Events[E]): void {
    for (const listener of [...(this.#byEvent.get(event) ?? [])]) {
      try {
        const answer: unknown = (listener as (payload: Events[E]) => unknown)(payload);
        if (answer instanceof Promise) answer.catch(() => this.#onThrow(event));
      } catch {
        this.#onThrow(event);
      }
    }
  }
}
