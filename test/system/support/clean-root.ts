import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { bringNode, bringSettings, installSystem, NEWCOMER_ID } from './install-system.js';

/** Accounts of the clean root and their ids. */
const ACCOUNTS = {
  newcomer: { id: NEWCOMER_ID, home: '/home/newcomer' },
  root: { id: 0, home: '/root' },
} as const;

export type Account = keyof typeof ACCOUNTS;

export interface Command {
  readonly account: Account;
  /** A folder in the clean root. */
  readonly folder: string;
  /** The program and its arguments. */
  readonly line: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface StartedCommand {
  /** Resolves with everything that it has printed, errors included; rejects when it fails. */
  readonly succeeded: Promise<string>;
  /** Resolves once it has printed something that fits; rejects when it ends before. */
  readonly printed: (pattern: RegExp) => Promise<void>;
  /** Ends the command with each process that it has started. */
  readonly kill: () => Promise<void>;
}

/** Gives a command processes and mounts of its own; it shares the network. */
const APART = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc=/proc'];
/**
 * The first process, whose end is the end of all. It stays root: the kernel forgets that a process
 * wants to die with its parent when the process changes its user.
 */
const KEEPER = ['--', 'sh', '-c', '"$@"; exit $?', 'sh'];
const PATH = '/usr/local/bin:/usr/bin:/bin';

/**
 * The smallest system of this machine's distribution with Node and npm, and nothing else, so no
 * library that the browser or PostgreSQL needs is there by chance.
 */
export class CleanRoot {
  readonly path: string;
  readonly #settings: Readonly<Record<string, string>>;
  readonly #running = new Set<StartedCommand>();

  private constructor(path: string, settings: Readonly<Record<string, string>>) {
    this.path = path;
    this.#settings = settings;
  }

  static async make(): Promise<CleanRoot> {
    const path = await mkdtemp(join(tmpdir(), 'sluice-root-'));
    await installSystem(path);
    await bringNode(path);
    return new CleanRoot(path, await bringSettings(path));
  }

  start({ account, folder, line, env = {} }: Command): StartedCommand {
    const { id, home } = ACCOUNTS[account];
    const place = [`--root=${this.path}`, `--wd=${folder}`];
    const user = ['setpriv', `--reuid=${id}`, `--regid=${id}`, '--clear-groups'];
    const child = spawn('unshare', [...APART, ...place, ...KEEPER, ...user, ...line], {
      env: { PATH, HOME: home, ...this.#settings, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const command = watch(child, line.join(' '));
    this.#running.add(command);
    child.once('close', () => this.#running.delete(command));
    return command;
  }

  /** Runs a command to its end and returns what it has printed; throws when it fails. */
  run(command: Command): Promise<string> {
    return this.start(command).succeeded;
  }

  async remove(): Promise<void> {
    await Promise.all([...this.#running].map(({ kill }) => kill()));
    await rm(this.path, { recursive: true, force: true, maxRetries: 10 });
  }
}

function watch(child: ChildProcessByStdio<null, Readable, Readable>, line: string): StartedCommand {
  const pieces: string[] = [];
  const output = () => pieces.join('');
  const closed = once(child, 'close').then(([code]) => code as number | null);
  const failed = (code: number | null) => new Error(`"${line}" ended with ${code}:\n${output()}`);
  const streams = [child.stdout, child.stderr].map((stream) => stream.setEncoding('utf8'));
  for (const stream of streams) stream.on('data', (text: string) => pieces.push(text));
  const succeeded = closed.then((code) => (code === 0 ? output() : Promise.reject(failed(code))));
  succeeded.catch(() => undefined);
  const printed = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const check = () => pattern.test(output()) && resolve();
      for (const stream of streams) stream.on('data', check);
      void closed.then((code) => reject(failed(code)));
      check();
    });
  const kill = async () => {
    child.kill('SIGKILL');
    await closed;
  };
  return { succeeded, printed, kill };
}
