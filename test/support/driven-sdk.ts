import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ClientOptions, ClientStatus, ReadyState } from '../../sdk/src/index.js';
import { runDirectory } from './run-directory.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DRIVER = fileURLToPath(new URL('sdk-driver.mjs', import.meta.url));

/** A folder in which an SDK is installed. */
export interface InstalledSdk {
  readonly folder: string;
  readonly packageName: string;
}

/** Options of a client that can be sent to another process, and one of the driver's own. */
export interface DrivenOptions
  extends Omit<ClientOptions, 'logger' | 'fetch' | 'clock' | 'random'> {
  /** Redirects requests from one origin to another, and keeps the posted batches. */
  readonly through?: { readonly from: string; readonly to: string };
}

export interface Question {
  readonly flag: string;
  readonly context: Readonly<Record<string, unknown>>;
  readonly fallback: unknown;
}

/** Details of an evaluation, without the members that have no value, and whether the flag is active. */
export interface SdkAnswer {
  readonly value: unknown;
  readonly variant?: string;
  readonly reason: string;
  readonly ruleId?: string;
  readonly errorCode?: string;
  readonly active: boolean;
}

export interface Visit {
  readonly flag: string;
  /** Users are numbered; the same number is the same user in every process. */
  readonly first: number;
  readonly count: number;
  readonly isHarmful?: boolean;
}

/** A request that posted a batch. */
export interface Post {
  readonly pathname: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

type FromDriver =
  | { readonly id: number; readonly result?: unknown; readonly error?: string }
  | { readonly event: 'change' }
  | { readonly event: 'post'; readonly payload: Post };

/** The built SDK of this repository. */
export async function presentSdk(): Promise<InstalledSdk> {
  const folder = await mkdtemp(join(runDirectory(), 'sdk-'));
  const { name } = JSON.parse(await readFile(join(ROOT, 'sdk/package.json'), 'utf8'));
  const link = join(folder, 'node_modules', name);
  await mkdir(join(link, '..'), { recursive: true });
  await symlink(join(ROOT, 'sdk'), link);
  return { folder, packageName: name };
}

/** A client of an installed SDK in a process of its own. */
export class DrivenSdk {
  readonly posts: Post[] = [];
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (message: FromDriver) => void>();
  readonly #watchers = new Set<() => void>();
  #last = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    const printed: string[] = [];
    child.stderr?.setEncoding('utf8').on('data', (text: string) => printed.push(text));
    child.on('message', (message: FromDriver) => this.#take(message));
    child.on('close', () => {
      const error = `the process ended: ${printed.join('')}`;
      for (const [id, take] of this.#waiting) take({ id, error });
      for (const watcher of this.#watchers) watcher();
    });
  }

  /** Starts the process; the client is made by `open`. */
  static async start({ folder, packageName }: InstalledSdk, env = {}): Promise<DrivenSdk> {
    const driver = join(folder, 'sdk-driver.mjs');
    await copyFile(DRIVER, driver);
    const child = fork(driver, {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { PATH: process.env.PATH, SDK: packageName, ...env },
    });
    const sdk = new DrivenSdk(child);
    await sdk.#ask('ping');
    return sdk;
  }

  open(options: DrivenOptions): Promise<ReadyState> {
    return this.#ask('open', { readyTimeoutMs: 30_000, ...options });
  }

  evaluate(questions: readonly Question[]): Promise<readonly SdkAnswer[]> {
    return this.#ask('evaluate', questions);
  }

  /** Number of users who were served the feature. */
  visit(visit: Visit): Promise<number> {
    return this.#ask('visit', visit);
  }

  track(event: string, context: Question['context'], value?: number): Promise<void> {
    return this.#ask('track', event, context, value);
  }

  status(): Promise<ClientStatus> {
    return this.#ask('status');
  }

  flush(): Promise<boolean> {
    return this.#ask('flush');
  }

  /** Resolves when `holds` is true, which is checked now and after each change of the rules. */
  async sees(holds: () => Promise<boolean>): Promise<void> {
    for (;;) {
      const changed = this.#changed();
      if (await holds()) return;
      await changed;
    }
  }

  /** Closes the client and ends its process. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    await this.#ask('close');
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }

  /** Ends the process by an uncaught exception. */
  async crash(): Promise<void> {
    const ended = once(this.#child, 'exit');
    await this.#ask('crash');
    await ended;
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => {
      const watcher = () => {
        this.#watchers.delete(watcher);
        resolve();
      };
      this.#watchers.add(watcher);
    });
  }

  #ask<T>(command: string, ...args: readonly unknown[]): Promise<T> {
    if (!this.#child.connected) return Promise.reject(new Error('the process has ended'));
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, (message) => {
        if ('error' in message) reject(new Error(`${command}: ${message.error}`));
        else resolve(('result' in message ? message.result : undefined) as T);
      });
      this.#child.send({ id, command, args });
    });
  }

  #take(message: FromDriver): void {
    if ('id' in message) {
      this.#waiting.get(message.id)?.(message);
      this.#waiting.delete(message.id);
    } else if (message.event === 'post') {
      this.posts.push(message.payload);
    } else {
      for (const watcher of this.#watchers) watcher();
    }
  }
}
