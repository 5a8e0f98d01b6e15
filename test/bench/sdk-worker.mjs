import { createClient } from '../../sdk/dist/index.js';

/** One process of an SDK fleet: opens clients and tells when each has seen a change. */
const silent = () => {};
const logger = { debug: silent, info: silent, warn: silent, error: silent };
const SOMEBODY = { targetingKey: 'user-1' };
let clients = [];

const commands = {
  async open({ url, key, count }) {
    clients = Array.from({ length: count }, () => createClient({ url, key, logger }));
    await Promise.all(clients.map((client) => client.ready(30_000)));
    await Promise.all(clients.map((client) => client.flush(10_000)));
  },
  /** Nanoseconds of the clock that all processes share, one per client. */
  async watch({ flag, isActive }) {
    const seen = clients.map(
      (client) =>
        new Promise((resolve) => {
          const stop = client.on('change', () => {
            if (client.isActive(flag, SOMEBODY) !== isActive) return;
            stop();
            resolve(process.hrtime.bigint());
          });
        }),
    );
    process.send({ isWatching: true });
    return (await Promise.all(seen)).map(String);
  },
  async settle() {
    await Promise.all(clients.map((client) => client.flush(10_000)));
  },
  async close() {
    await Promise.all(clients.map((client) => client.close()));
    process.disconnect();
  },
};

process.on('message', async ({ command, ...input }) => {
  const result = await commands[command](input);
  if (process.connected) process.send({ result: result ?? null });
});
