import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { Inbox } from './inbox.js';

/** What the proxy does with the bytes of new connections; `Fault` names are what tests say. */
export type Fault =
  | { readonly kind: 'none' }
  /** Connections are closed before a byte is read. */
  | { readonly kind: 'refuse' }
  /** Connections are accepted and never answered. */
  | { readonly kind: 'hold' }
  /** Bytes of the server arrive late. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Bytes of the server arrive one by one. */
  | { readonly kind: 'trickle'; readonly ms: number }
  /** The connection breaks after so many bytes of the server. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** One byte of the server is altered. */
  | { readonly kind: 'corrupt'; readonly atByte: number }
  /** The server's side is closed after so many bytes, the client's stays open. */
  | { readonly kind: 'halfClose'; readonly afterBytes: number };

/** A TCP proxy that misbehaves on demand, between a client and a server that do not know. */
export class FaultProxy {
  fault: Fault = { kind: 'none' };
  /** One entry per connection that a client opened. */
  readonly connections = new Inbox<number>();
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #target: () => number;

  private constructor(target: () => number) {
    this.#target = target;
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#accept(client));
  }

  /** `target` is asked at each connection: a server may come back on another port. */
  static async start(target: () => number): Promise<FaultProxy> {
    const proxy = new FaultProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Breaks every open connection. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Keeps every connection open without data, as when a cable is pulled. */
  silenceAll(): void {
    for (const socket of this.#sockets) socket.removeAllListeners('data').pause();
  }

  async close(): Promise<void> {
    this.cutAll();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(client: Socket): void {
    this.connections.push(this.connections.all.length + 1);
    this.#track(client);
    const { fault } = this;
    if (fault.kind === 'refuse') client.resetAndDestroy();
    else if (fault.kind === 'hold') client.resume();
    else this.#forward(client, fault);
  }

  #forward(client: Socket, fault: Fault): void {
    const server = this.#track(connect({ port: this.#target(), host: '127.0.0.1' }));
    client.on('data', (bytes) => server.write(bytes));
    client.on('end', () => server.end());
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
    server.on('end', () => client.end());
    server.on('data', createPass(fault, client));
  }

  #track(socket: Socket): Socket {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    return socket;
  }
}

/** How bytes of the server reach the client under a fault. */
function createPass(fault: Fault, client: Socket): (bytes: Buffer) => void {
  let seen = 0;
  let last = Promise.resolve();
  const later = (ms: number, bytes: Buffer) => {
    last = last.then(() => pause(ms)).then(() => void client.write(bytes));
  };
  return (bytes) => {
    const start = seen;
    seen += bytes.length;
    switch (fault.kind) {
      case 'delay':
        return later(fault.ms, bytes);
      case 'trickle':
        for (const byte of bytes) later(fault.ms, Buffer.of(byte));
        return;
      case 'cut':
        client.write(bytes.subarray(0, Math.max(0, fault.afterBytes - start)));
        if (seen >= fault.afterBytes) client.destroySoon();
        return;
      case 'corrupt': {
        const at = fault.atByte - start;
        if (at >= 0 && at < bytes.length) bytes[at] = (bytes[at] as number) ^ 0xff;
        client.write(bytes);
        return;
      }
      case 'halfClose':
        client.write(bytes.subarray(0, Math.max(0, fault.afterBytes - start)));
        if (seen >= fault.afterBytes) client.end();
        return;
      default:
        client.write(bytes);
    }
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
