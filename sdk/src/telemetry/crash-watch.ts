import type { CrashFiles } from './crash-files.js';

export interface CrashWatchDeps {
  readonly files: CrashFiles;
  readonly instance: () => string;
  /** Counts the crash and returns everything that was not sent. */
  readonly collect: () => { readonly slots: string[]; readonly unanswered: string | null };
}

/**
 * Saves the counted events when an exception is about to end the process. It does not handle the
 * exception: if the app lets the process survive, the process sends the events itself.
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
      // A failure here must not hide the exception of the app.
    }
  }
}
