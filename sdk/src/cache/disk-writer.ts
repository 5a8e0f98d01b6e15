import type { Clock, Timer } from '../clock.js';
import type { CompiledRuleset } from '../core/index.js';
import type { DiskCopy } from './disk-copy.js';

/** Delays a write, so that close changes are written together and a change itself stays fast. */
const WRITE_AFTER_MS = 1_000;

/** Keeps the disk copy up to date, with one write at a time. The newest rules win. */
export class DiskWriter {
  readonly #copy: DiskCopy;
  readonly #clock: Clock;
  readonly #onFailure: (error: unknown) => void;
  #next: CompiledRuleset | null = null;
  #timer: Timer | null = null;
  #writing: Promise<void> = Promise.resolve();

  constructor(copy: DiskCopy, clock: Clock, onFailure: (error: unknown) => void) {
    this.#copy = copy;
    this.#clock = clock;
    this.#onFailure = onFailure;
  }

  save(compiled: CompiledRuleset): void {
    this.#next = compiled;
    this.#timer ??= this.#clock.setTimer(() => void this.flush(), WRITE_AFTER_MS);
  }

  /** Writes pending rules; never rejects. */
  flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = null;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    const compiled = this.#next;
    if (compiled === null) return;
    this.#next = null;
    try {
      await this.#copy.write(compiled, this.#clock.now());
    } catch (error) {
      this.#onFailure(error);
    }
  }
}
