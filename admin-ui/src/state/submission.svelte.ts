import { messageBeside, messagesAt } from '../api/api-error.js';

/** The submission of a form: whether a request is pending, and the error of the last one. */
export class Submission {
  #busy = $state(false);
  #error = $state.raw<unknown>();

  get busy(): boolean {
    return this.#busy;
  }

  /** The error of the last attempt. */
  get error(): unknown {
    return this.#error;
  }

  /** The messages for one field. `pointer` points into the request body. */
  at(pointer: string): string[] {
    return messagesAt(this.#error, pointer);
  }

  /** The message for errors that none of these fields shows. */
  beside(...pointers: readonly string[]): string | undefined {
    return messageBeside(this.#error, pointers);
  }

  forget(): void {
    this.#error = undefined;
  }

  /** Never throws. Returns false when `work` failed or another submission is pending. */
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
