import { messageBeside, messagesAt } from '../api/api-error.js';

/** One form on its way to the server: whether it is under way, and what was refused. */
export class Submission {
  #busy = $state(false);
  #error = $state.raw<unknown>();

  get busy(): boolean {
    return this.#busy;
  }

  /** What the last try failed with. */
  get error(): unknown {
    return this.#error;
  }

  /** The messages for one field; pointers are those of the request body. */
  at(pointer: string): string[] {
    return messagesAt(this.#error, pointer);
  }

  /** What none of these fields shows. */
  beside(...pointers: readonly string[]): string | undefined {
    return messageBeside(this.#error, pointers);
  }

  forget(): void {
    this.#error = undefined;
  }

  /** Never throws, and does nothing while one is under way; false: not done. */
  async send(work: () => Promise<unknown>): Promise<boolean> {
    if (this.#busy) {
      return false;
    }
    this.#busy = true;
    this.#error = undefined;
    try {
      await work();
      return true;
    } catch (error) {
      this.#error = error;
      return false;
    } finally {
      this.#busy = false;
    }
  }
}
