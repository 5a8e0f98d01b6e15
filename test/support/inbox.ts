/** What comes in, one by one: a test waits for the next thing instead of sleeping. */
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

  /** The oldest that was not read yet, as soon as there is one. */
  next(): Promise<T> {
    const item = this.#unread.shift();
    if (item !== undefined) return Promise.resolve(item);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Reads on until one fits. */
  async nextWhere(fits: (item: T) => boolean): Promise<T> {
    for (;;) {
      const item = await this.next();
      if (fits(item)) return item;
    }
  }
}
