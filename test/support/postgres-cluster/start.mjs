import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROCESS = fileURLToPath(new URL('process.mjs', import.meta.url));

/**
 * Starts a PostgreSQL cluster from the binaries that npm installed. A process of its own owns it and
 * stops it when the caller ends in any way, so nothing here hooks into the exit of the caller.
 */
export async function startCluster({ settings = [] } = {}) {
  const owner = fork(PROCESS, settings, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const exited = new Promise((resolve) => owner.once('exit', resolve));
  const url = await new Promise((resolve, reject) => {
    owner.once('message', resolve);
    owner.once('error', reject);
    owner.once('exit', () => reject(new Error('PostgreSQL did not start; its output is above')));
  });
  const stop = async () => {
    if (owner.connected) owner.disconnect();
    await exited;
  };
  return { url, stop };
}
