import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../domain/errors.js';
import type { Order, Report } from './messages.js';

export interface ProcessOptions {
  readonly dataDirectory: string;
  readonly socketPath: string;
  /** Called before it is killed because it does not answer. */
  readonly onStuck: () => void;
  /** True while a statement may take as long as it takes. */
  readonly isPatient: () => boolean;
}

/** Always the built file: tests run the sources, but a process cannot. */
const FILE = fileURLToPath(new URL('../../../dist/store/embedded/process.js', import.meta.url));

/** Making or recovering a database may take long on a slow disk, but not for ever. */
const OPEN_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 5_000;

/**
 * A statement blocks the process until it ends, so pings go unanswered meanwhile. They are counted
 * instead of measured: if this machine sleeps, no tick passes and nobody is killed.
 */
const PING_MS = 1_000;
const MISSED_MAX = 5;

const OUTPUT_CHARACTERS_MAX = 2_000;

/** One run of the process that holds the embedded database. */
export class DatabaseProcess {
  readonly #child: ChildProcess;
  readonly #onStuck: () => void;
  readonly #isPatient: () => boolean;
  #output = '';
  #missed = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Resolves with what is known about the reason, whenever it ends. */
  readonly ended: Promise<string>;

  constructor({ dataDirectory, socketPath, onStuck, isPatient }: ProcessOptions) {
    this.#onStuck = onStuck;
    this.#isPatient = isPatient;
    this.#child = fork(FILE, [dataDirectory, socketPath], {
      execArgv: [],
      env: {},
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-OUTPUT_CHARACTERS_MAX);
      });
    }
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(error.message));
      this.#child.once('exit', (code, signal) => {
        clearInterval(this.#timer);
        resolve(`${signal ?? `exit code ${code}`}${this.#output && `: ${this.#output.trim()}`}`);
      });
    });
  }

  /** Resolves when it serves; CONFLICT when the directory is in use. */
  async ready(): Promise<void> {
    const timer = setTimeout(() => this.kill(), OPEN_TIMEOUT_MS);
    try {
      await Promise.race([this.#reported(), this.#failed()]);
    } finally {
      clearTimeout(timer);
    }
    this.#child.on('message', () => {
      this.#missed = 0;
    });
    this.#timer = setInterval(() => this.#ping(), PING_MS).unref();
  }

  /** Lets it write everything down first. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    const timer = setTimeout(() => this.kill(), STOP_TIMEOUT_MS);
    this.#send({ kind: 'stop' });
    await this.ended;
    clearTimeout(timer);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #reported(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#child.on('message', (report: Report) => {
        if (report.kind === 'ready') resolve();
        if (report.kind === 'refused') reject(new AppError('CONFLICT', report.message));
        if (report.kind === 'failed') this.#output = report.message;
      });
    });
  }

  async #failed(): Promise<never> {
    const reason = await this.ended;
    throw new AppError('UNAVAILABLE', `the embedded database did not start: ${reason}`);
  }

  #ping(): void {
    if (!this.#isPatient()) this.#missed += 1;
    if (this.#missed > MISSED_MAX) {
      clearInterval(this.#timer);
      this.#onStuck();
      this.kill();
    }
    this.#send({ kind: 'ping' });
  }

  /** To a process that is ending there is nothing to say. */
  #send(order: Order): void {
    if (this.#child.connected) this.#child.send(order, () => undefined);
  }
}
