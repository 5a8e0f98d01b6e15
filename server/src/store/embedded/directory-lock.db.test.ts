import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Holder, lockDirectory } from './directory-lock.js';
import { identityOf, isRunning, thisMachine } from './process-identity.js';
import { openSignOfLife } from './sign-of-life.js';

const self = identityOf(process.pid);
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sluice-lock-'));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

const lock = (orphanGraceMs = 300) => lockDirectory(directory, { server: self, orphanGraceMs });
/** With this grace, in ms, a lock that waits at all hangs. */
const WAITS_FOR_EVER = 2 ** 30;

async function holdBy(change: Partial<Holder>): Promise<void> {
  const holder: Holder = {
    process: self,
    server: self,
    machine: thisMachine(),
    since: '2026-01-02T03:04:05.678Z',
    signOfLife: null,
    ...change,
  };
  await writeFile(join(directory, 'database.lock.7'), JSON.stringify(holder));
}

/** A process id that nobody has any more. */
async function deadProcess() {
  const child = spawn(process.execPath, ['-e', '']);
  const identity = identityOf(child.pid as number);
  await once(child, 'exit');
  return identity;
}

describe('the lock of a data directory', () => {
  test('refuses a second owner at once and names the first', async () => {
    await lock();
    await expect(lock(WAITS_FOR_EVER)).rejects.toThrow(
      new RegExp(
        `"${directory}" is in use by the Sluice server with process id ${process.pid}, since 20`,
      ),
    );
  });

  test('is free again after its release', async () => {
    await (await lock()).release();
    await (await lock()).release();
    expect(await readdir(directory)).toEqual(['database.lock.2']);
  });

  test('is taken over from a process that died', async () => {
    await holdBy({ process: await deadProcess(), server: await deadProcess() });
    await lock();
    const holder = JSON.parse(await readFile(join(directory, 'database.lock.8'), 'utf8'));
    expect(holder.process).toEqual(self);
    expect(await readdir(directory)).not.toContain('database.lock.7');
  });

  test('is taken over when another process has the number by now', async () => {
    await holdBy({ process: { ...self, startedAt: '1' }, server: { ...self, startedAt: '1' } });
    await expect(lock()).resolves.toBeDefined();
  });

  test('is taken over after a restart of the machine', async () => {
    await holdBy({ machine: { ...thisMachine(), boot: 'another' } });
    await expect(lock()).resolves.toBeDefined();
  });

  test('is taken over when its writer died half-way', async () => {
    await writeFile(join(directory, 'database.lock.7'), '{"process":');
    await expect(lock()).resolves.toBeDefined();
  });

  test('goes to exactly one of many that find the same stale lock', async () => {
    await holdBy({ process: await deadProcess(), server: await deadProcess() });
    const results = await Promise.allSettled(Array.from({ length: 20 }, lock));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('waits for a process whose server died, then ends it', async () => {
    const orphan = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const identity = identityOf(orphan.pid as number);
    await holdBy({ process: identity, server: await deadProcess() });
    await lock();
    expect(isRunning(identity)).toBe(false);
  });

  test('asks a process of another container for a sign of life', async () => {
    const machine = { ...thisMachine(), namespace: 'pid:[1]' };
    const sign = await openSignOfLife(directory, 'database.alive.7.x');
    await holdBy({ machine, signOfLife: 'database.alive.7.x' });
    await expect(lock()).rejects.toThrow(/in another container, since/);
    await sign?.close();
    await expect(lock()).resolves.toBeDefined();
  });

  test('refuses when a process of another container cannot give one', async () => {
    await holdBy({ machine: { ...thisMachine(), namespace: 'pid:[1]' } });
    await expect(lock()).rejects.toThrow(/in another container, since/);
  });
});
