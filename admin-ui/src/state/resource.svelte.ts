import { describeError } from '../api/api-error.js';

/** Data that a page reads. The last successful response stays while the next is fetched. */
export class Resource<T> {
  #data = $state.raw<T>();
  #error = $state.raw<unknown>();
  #loading = $state(false);
  #asked = 0;
  readonly #load: () => Promise<T>;
  /** Set only while there is no data to show. */
  readonly failure = $derived(
    this.#error !== undefined && this.#data === undefined ? describeError(this.#error) : undefined,
  );

  constructor(load: () => Promise<T>) {
    this.#load = load;
  }

  get data(): T | undefined {
    return this.#data;
  }

  get error(): unknown {
    return this.#error;
  }

  get loading(): boolean {
    return this.#loading;
  }

  set(data: T): void {
    this.#asked += 1;
    this.#data = data;
    this.#error = undefined;
    this.#loading = false;
  }

  /** Never throws. Drops a response when a later request has started. */
  async load(): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    this.#loading = true;
    try {
      const data = await this.#load();
      if (asked === this.#asked) {
        this.#data = data;
        this.#error = undefined;
      }
    } catch (error) {
      if (asked === this.#asked) {
        this.#error = error;
      }
    } finally {
      if (asked === this.#asked) {
        this.#loading = false;
      }
    }
  }
}
