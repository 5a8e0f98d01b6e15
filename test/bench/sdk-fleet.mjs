import { fork } from 'node:child_process';
import { on, once } from 'node:events';
import { fileURLToPath } from 'node:url';

const WORKER = fileURLToPath(new URL('sdk-worker.mjs', import.meta.url));

/** Real SDK clients in several processes, as they are in life: each process has its own heap. */
export class SdkFleet {
  #workers = [];

  static async open({ url, serverKey }, { processes, clientsEach }) {
    const fleet = new SdkFleet();
    for (let i = 0; i < processes; i += 1) {
      const worker = fork(WORKER, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
      fleet.#workers.push(worker);
      await ask(worker, 'open', { url, key: serverKey, count: clientsEach });
    }
    return fleet;
  }

  /** Milliseconds from the start of the change until each client evaluates to the new value. */
  async timesOf(change, { flag, isActive }) {
    const answers = this.#workers.map((worker) => ask(worker, 'watch', { flag, isActive }));
    await Promise.all(this.#workers.map((worker) => nextOf(worker, 'isWatching')));
    const startedAt = process.hrtime.bigint();
    await change();
    const seen = (await Promise.all(answers)).flat();
    return seen.map((at) => Number(BigInt(at) - startedAt) / 1e6);
  }

  /** Waits until everybody has reported what is in force. */
  async settle() {
    await Promise.all(this.#workers.map((worker) => ask(worker, 'settle')));
  }

  async close() {
    const gone = this.#workers.map((worker) => once(worker, 'exit'));
    for (const worker of this.#workers) worker.send({ command: 'close' });
    await Promise.all(gone);
  }
}

async function ask(worker, command, input = {}) {
  const answer = nextOf(worker, 'result');
  worker.send({ command, ...input });
  return answer;
}

async function nextOf(worker, name) {
  for await (const [message] of on(worker, 'message')) {
    if (name in message) return message[name];
  }
  throw new Error('a worker ended');
}
