import type { FieldMessage } from '../../api/types.js';

/** The messages for one field and the fields below it. */
export class FieldErrors {
  readonly #messages: readonly FieldMessage[];
  readonly #pointer: string;

  constructor(messages: readonly FieldMessage[], pointer = '') {
    this.#messages = messages;
    this.#pointer = pointer;
  }

  get isEmpty(): boolean {
    return !this.#messages.some(({ pointer }) => isWithin(pointer, this.#pointer));
  }

  at(path: string): FieldErrors {
    return new FieldErrors(this.#messages, this.#pointer + path);
  }

  /** Messages for exactly this field. */
  get here(): string[] {
    return this.#texts((pointer) => pointer === this.#pointer);
  }

  /** Messages for this field or any field below it. */
  get within(): string[] {
    return this.#texts((pointer) => isWithin(pointer, this.#pointer));
  }

  /** Positions of the invalid items of a list. */
  get positions(): ReadonlySet<number> {
    const start = `${this.#pointer}/`;
    const parts = this.#messages
      .filter(({ pointer }) => pointer.startsWith(start))
      .map(({ pointer }) => Number(pointer.slice(start.length).split('/')[0]));
    return new Set(parts.filter(Number.isInteger));
  }

  #texts(belongs: (pointer: string) => boolean): string[] {
    return this.#messages.filter(({ pointer }) => belongs(pointer)).map(({ message }) => message);
  }
}

function isWithin(pointer: string, root: string): boolean {
  return pointer === root || pointer.startsWith(`${root}/`);
}
