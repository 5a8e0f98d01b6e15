import type { CrashFiles } from './crash-files.js';

export interface CrashWatchDeps {
  readonly files: CrashFiles;
  readonly instance: () => string;
  /** Counts the crash, and gives all that was not sent. */
  readonly collect: () => { readonly slots: string[]; readonly unanswered: string | null };
}

/**
 * Saves what was counted when an exception is about to end the process. It only looks on: whether
 * the process ends is the app's affair, and one that lives on sends everything itself.
 */
export class CrashWatch {
  readonly #deps: CrashWatchDeps;
  readonly #onException = () => this.#save();

  constructor(deps: CrashWatchDeps) {
    this.#deps = deps;
    process.on('uncaughtExceptionMonitor', this.#onException);
  }

  close(): void {
    process.off('uncaughtExceptionMonitor', this.#onException);
  }

  #save(): void {
    const { files, instance, collect } = this.#deps;
    try {
      const id = instance();
      files.write({ instance: id, ...collect() });
      setImmediate(() => files.remove(id)).unref();
    } catch {
      // The exception that brought us here is the one to be seen.
    }
  }
}
