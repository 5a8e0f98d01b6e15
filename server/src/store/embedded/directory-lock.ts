import { randomUUID } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../domain/errors.js';
import {
  identityOf,
  isRunning,
  type Machine,
  type ProcessIdentity,
  thisMachine,
} from './process-identity.js';
import { answersAt, openSignOfLife, type SignOfLife } from './sign-of-life.js';

/** Who has a data directory: the process that opened the database, and the server behind it. */
export interface Holder {
  readonly process: ProcessIdentity;
  readonly server: ProcessIdentity;
  readonly machine: Machine;
  readonly since: string;
  /** The file that answers while it lives; null where the directory cannot hold a socket. */
  readonly signOfLife: string | null;
}

export interface LockOptions {
  /** The server on whose behalf this process opens the database. */
  readonly server: ProcessIdentity;
  /** How long a process whose server has died may take to end by itself. */
  readonly orphanGraceMs?: number;
}

export interface DirectoryLock {
  release(): Promise<void>;
}

const FILE = /^database\.lock\.(\d+)$/;
const POLL_MS = 50;
const ORPHAN_GRACE_MS = 5_000;

/** How long a lock may be half-written before its writer counts as dead. */
const HALF_WRITTEN_MS = 1_000;

/**
 * Takes a directory for this process, because the embedded database itself would let two processes
 * destroy each other's data. Each owner creates the next number with O_EXCL and the highest number
 * is never removed, so two that find the same stale lock cannot both take it over.
 */
export async function lockDirectory(
  directory: string,
  options: LockOptions,
): Promise<DirectoryLock> {
  for (;;) {
    const newest = (await generations(directory)).at(-1) ?? 0;
    if (newest > 0) await waitUntilFree(directory, newest, options.orphanGraceMs);
    const lock = await take(directory, newest + 1, options.server);
    if (lock) return lock;
  }
}

/** Returns when nobody alive holds that number; refuses, naming the holder, when somebody does. */
async function waitUntilFree(
  directory: string,
  generation: number,
  orphanGraceMs = ORPHAN_GRACE_MS,
): Promise<void> {
  const holder = await readHolder(lockPath(directory, generation));
  if (!holder) return;
  const deadline = performance.now() + orphanGraceMs;
  let isKilled = false;
  while (await isHeld(directory, holder)) {
    if (!isOrphan(holder)) throw inUse(directory, holder);
    if (performance.now() > deadline && !isKilled) {
      isKilled = true;
      killProcess(holder.process.pid);
    } else if (performance.now() > deadline + orphanGraceMs) {
      throw inUse(directory, holder);
    }
    await sleep(POLL_MS);
  }
}

async function isHeld(directory: string, holder: Holder): Promise<boolean> {
  const { boot, namespace } = thisMachine();
  if (holder.machine.boot !== boot) return false;
  if (holder.machine.namespace === namespace) return isRunning(holder.process);
  return holder.signOfLife === null || answersAt(directory, holder.signOfLife);
}

function isOrphan(holder: Holder): boolean {
  return holder.machine.namespace === thisMachine().namespace && !isRunning(holder.server);
}

function inUse(directory: string, holder: Holder): AppError {
  const where = holder.machine.namespace === thisMachine().namespace ? '' : ' in another container';
  return new AppError(
    'CONFLICT',
    `the data directory "${directory}" is in use by the Sluice server with process id ` +
      `${holder.server.pid}${where}, since ${holder.since}; stop that one first, or give this ` +
      'one another SLUICE_DATA_DIR',
  );
}

/** Undefined when somebody else was faster. */
async function take(
  directory: string,
  generation: number,
  server: ProcessIdentity,
): Promise<DirectoryLock | undefined> {
  const signName = `database.alive.${generation}.${randomUUID().slice(0, 8)}`;
  const sign = await openSignOfLife(directory, signName);
  const path = lockPath(directory, generation);
  const holder: Holder = {
    process: identityOf(process.pid),
    server,
    machine: thisMachine(),
    since: new Date().toISOString(),
    signOfLife: sign ? signName : null,
  };
  const isTaken = await createFile(path, JSON.stringify(holder));
  if (!isTaken || (await generations(directory)).at(-1) !== generation) {
    await sign?.close();
    return undefined;
  }
  await removeRemains(directory, generation, signName);
  return { release: () => release(path, sign) };
}

async function release(path: string, sign: SignOfLife | undefined): Promise<void> {
  await sign?.close();
  await writeFile(path, '{}');
}

async function createFile(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** Undefined for a lock that was released, or whose writer died while writing it. */
async function readHolder(path: string): Promise<Holder | undefined> {
  const deadline = performance.now() + HALF_WRITTEN_MS;
  for (;;) {
    try {
      const holder = JSON.parse(await readFile(path, 'utf8')) as Partial<Holder>;
      return holder.process && holder.server && holder.machine ? (holder as Holder) : undefined;
    } catch (error) {
      if (hasCode(error, 'ENOENT') || performance.now() > deadline) return undefined;
      await sleep(POLL_MS);
    }
  }
}

async function generations(directory: string): Promise<readonly number[]> {
  return (await readdir(directory))
    .map(generationOf)
    .filter((generation) => generation > 0)
    .sort((a, b) => a - b);
}

async function removeRemains(directory: string, generation: number, sign: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const older = generationOf(name);
    const isOlder = older > 0 && older < generation;
    const isSign = name.startsWith('database.alive.') && name !== sign;
    if (isOlder || isSign) await rm(join(directory, name), { force: true });
  }
}

/** 0 for any other file. */
function generationOf(name: string): number {
  return Number(FILE.exec(name)?.[1] ?? 0);
}

function lockPath(directory: string, generation: number): string {
  return join(directory, `database.lock.${generation}`);
}

function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself in the meantime.
  }
}
