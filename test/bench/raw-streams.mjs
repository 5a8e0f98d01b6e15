import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

const CONNECTS_AT_ONCE = 100;

/** Open event streams as bare sockets: the cost of a client is as small as it can be. */
export class RawStreams {
  #sockets = [];
  #onPatch = () => {};

  static async open({ url, serverKey }, count) {
    const streams = new RawStreams();
    while (streams.#sockets.length < count) {
      const left = count - streams.#sockets.length;
      const group = Array.from({ length: Math.min(CONNECTS_AT_ONCE, left) }, () =>
        streams.#connect(new URL(url), serverKey),
      );
      streams.#sockets.push(...(await Promise.all(group)));
    }
    return streams;
  }

  /** Makes a change and resolves with the times, from `change` on, at which streams had it. */
  async timeOf(change, timeoutMs = 10_000) {
    const times = [];
    const { promise, resolve } = withResolver();
    this.#onPatch = (at) => {
      times.push(at - startedAt);
      if (times.length === this.#sockets.length) resolve();
    };
    const startedAt = performance.now();
    await Promise.all([change(), Promise.race([promise, wait(timeoutMs)])]);
    this.#onPatch = () => {};
    return times;
  }

  close() {
    for (const socket of this.#sockets) socket.destroy();
  }

  #connect({ hostname, port }, serverKey) {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port), noDelay: true });
      socket.on('error', reject);
      socket.write(
        `GET /sdk/v1/stream HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${serverKey}\r\n\r\n`,
      );
      socket.on('data', (bytes) => {
        if (bytes.includes('event: patch')) this.#onPatch(performance.now());
        else if (bytes.includes('event: ruleset')) resolve(socket);
      });
    });
  }
}

function withResolver() {
  let resolve;
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
