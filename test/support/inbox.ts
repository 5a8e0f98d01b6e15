/** A queue of received items: a test waits for the next one instead of sleeping. */
export class Inbox<T> {
  readonly all: T[] = [];
  readonly #unread: T[] = [];
  readonly #waiting: ((item: T) => void)[] = [];

  push(item: T): void {
    this.all.push(item);
    const waiting = this.#waiting.shift();
    if (waiting) waiting(item);
    else this.#unread.push(item);
  }

  /** Resolves with the oldest unread item, as soon as one exists. */
  next(): Promise<T> {
    const item = this.#unread.shift();
    if (item !== undefined) return Promise.resolve(item);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Reads items until one matches. */
  async nextWhere(fits: (item: T) => boolean): Promise<T> {
    for (;;) {
      const item = await this.next();
      if (fits(item)) return item;
    }
  }
}
