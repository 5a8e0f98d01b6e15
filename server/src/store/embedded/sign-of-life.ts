import { rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';

/** A socket that answers as long as the process lives, even while it computes. */
export interface SignOfLife {
  close(): Promise<void>;
}

const PROBE_TIMEOUT_MS = 500;

/**
 * Other containers on the same machine do not see our process ids, but they reach our socket in a
 * shared directory. Undefined where the directory cannot hold one.
 */
export async function openSignOfLife(
  directory: string,
  name: string,
): Promise<SignOfLife | undefined> {
  const server = createServer((socket) => socket.destroy());
  const isOpen = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    within(directory, () => server.listen(name, () => resolve(true)));
  });
  if (!isOpen) return undefined;
  server.unref();
  return {
    close: async () => {
      await new Promise((resolve) => server.close(resolve));
      await rm(join(directory, name), { force: true });
    },
  };
}

export async function answersAt(directory: string, name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = within(directory, () => connect(name));
    const end = (answers: boolean) => {
      socket.destroy();
      resolve(answers);
    };
    socket.setTimeout(PROBE_TIMEOUT_MS, () => end(true));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}

/** The path of a socket may have no more than about 100 characters, so it is given in short. */
function within<T>(directory: string, act: () => T): T {
  const before = process.cwd();
  process.chdir(directory);
  try {
    return act();
  } finally {
    process.chdir(before);
  }
}
