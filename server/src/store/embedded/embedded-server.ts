import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../domain/errors.js';
import type { Log } from '../../log.js';
import { dataStateOf } from './data-files.js';
import { DatabaseProcess } from './database-process.js';

export interface EmbeddedOptions {
  readonly dataDirectory: string;
  readonly log: Log;
  /** A number in [0, 1). */
  readonly random?: () => number;
}

const BACKOFF_MIN_MS = 100;
const BACKOFF_MAX_MS = 5_000;

/** After this long the next end counts as the first. */
const STEADY_MS = 30_000;

/** Keeps a process that runs the embedded database, and starts another when it ends. */
export class EmbeddedServer {
  /** Where the driver finds it. */
  readonly socketPath: string;
  readonly #folder: string;
  readonly #dataDirectory: string;
  readonly #log: Log;
  readonly #random: () => number;
  #process: DatabaseProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #patientCount = 0;
  #isStopping = false;

  private constructor(folder: string, { dataDirectory, log, random }: EmbeddedOptions) {
    this.#folder = folder;
    this.socketPath = join(folder, 'socket');
    this.#dataDirectory = dataDirectory;
    this.#log = log;
    this.#random = random ?? Math.random;
  }

  /**
   * Resolves when it serves. CONFLICT: another server has the directory. A database that worked
   * before and cannot be opened now, say on a full disk, is tried again for as long as it takes:
   * meanwhile the server gives its SDKs the last known rulesets.
   */
  static async start(options: EmbeddedOptions): Promise<EmbeddedServer> {
    await mkdir(options.dataDirectory, { recursive: true, mode: 0o700 });
    const dataDirectory = await realpath(options.dataDirectory);
    const folder = await mkdtemp(join(tmpdir(), 'sluice-'));
    const server = new EmbeddedServer(folder, { ...options, dataDirectory });
    const workedBefore = (await dataStateOf(dataDirectory)) === 'complete';
    try {
      await server.#open();
    } catch (error) {
      const isInUse = error instanceof AppError && error.code === 'CONFLICT';
      if (workedBefore && !isInUse) {
        server.#restart(reasonOf(error));
        return server;
      }
      await server.stop();
      throw error;
    }
    return server;
  }

  /** Lets statements take longer than the watchdog would: migrations, not requests. */
  async patiently<T>(work: () => Promise<T>): Promise<T> {
    this.#patientCount += 1;
    try {
      return await work();
    } finally {
      this.#patientCount -= 1;
    }
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#timer);
    await this.#process?.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #open(): Promise<void> {
    const child = new DatabaseProcess({
      dataDirectory: this.#dataDirectory,
      socketPath: this.socketPath,
      isPatient: () => this.#patientCount > 0,
      onStuck: () => this.#log.error('the embedded database is stuck and is killed'),
    });
    this.#process = child;
    await child.ready();
    const startedAt = performance.now();
    void child.ended.then((reason) => {
      if (performance.now() - startedAt > STEADY_MS) this.#failures = 0;
      this.#restart(reason);
    });
  }

  #restart(reason: string): void {
    if (this.#isStopping) return;
    const longest = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#log.error('the embedded database ended and is started again', {
      count: this.#failures,
      error: new Error(reason),
    });
    this.#timer = setTimeout(() => void this.#reopen(), longest * (0.5 + this.#random() / 2));
  }

  async #reopen(): Promise<void> {
    try {
      await this.#open();
      this.#log.info('the embedded database runs again');
    } catch (error) {
      this.#restart(reasonOf(error));
    }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
