import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { until } from '../../../test/support/until.js';
import { sseFrame } from './sse-frame.js';
import { StreamHub, type StreamHubOptions } from './stream-hub.js';

const HELLO = sseFrame('current', '{}');
const BEAT_MS = 1_000;

/** Uses real loopback sockets; only the clock of the hub is simulated. */
describe('the stream hub', () => {
  let hub: StreamHub;
  let server: Server;
  let now: number;
  let ended: Map<string, () => void>;
  const sockets: Socket[] = [];

  const start = (options: Partial<StreamHubOptions> = {}) => {
    ended = new Map();
    hub = new StreamHub({
      ...{ now: () => now, random: () => 0.5, ageMaxMs: 60_000, startingMax: 10, perOwnerMax: 10 },
      watchOwner: (owner, onEnd) => {
        ended.set(owner, onEnd);
        return () => ended.delete(owner);
      },
      ...options,
    });
  };

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    now = 0;
    start();
    server = createServer((request, response) => {
      const [, topic = '', owner = ''] = (request.url ?? '').split('/');
      const admission = hub.admit(owner);
      if (admission === 'admitted') hub.open(response, { topic, owner, instance: 'i1' }, HELLO);
      else response.writeHead(503).end(admission);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    hub.close();
    server.closeAllConnections();
    server.close();
    vi.useRealTimers();
  });

  /** A client that keeps what it has received. */
  async function open(topic = 'env', owner = 'key') {
    const { port } = server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    const client = { socket, text: '', isClosed: false };
    socket.setEncoding('utf8').on('data', (text: string) => {
      client.text += text;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      client.isClosed = true;
    });
    socket.write(`GET /${topic}/${owner} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await until(async () => expect(client.text).toMatch(/\r\n\r\n./s));
    return client;
  }

  it('answers at once with the headers that keep proxies from buffering', async () => {
    const { text } = await open();
    expect(text).toMatch(/content-type: text\/event-stream/i);
    expect(text).toMatch(/cache-control: no-cache, no-transform/i);
    expect(text).toMatch(/x-accel-buffering: no/i);
    expect(text).toMatch(/sluice-time: 0\r\n/i);
    expect(text).toContain('event: current\n');
  });

  it('sends a change only to the streams of its topic', async () => {
    const [first, second, other] = [await open(), await open(), await open('elsewhere')];
    hub.broadcast('env', sseFrame('patch', '{"to":2}'));
    await until(async () => {
      expect(first.text).toContain('{"to":2}');
      expect(second.text).toContain('{"to":2}');
    });
    expect(other.text).not.toContain('{"to":2}');
  });

  it('sends each stream a heartbeat every 15 seconds', async () => {
    const client = await open();
    now = 12_345;
    vi.advanceTimersByTime(15 * BEAT_MS);
    await until(async () => expect(client.text).toContain('data: {"now":12345}'));
    expect(client.text.match(/event: heartbeat/g)).toHaveLength(1);
  });

  it('ends a stream at its age with a goodbye', async () => {
    const client = await open();
    now = 60_000;
    vi.advanceTimersByTime(15 * BEAT_MS);
    await until(async () => expect(client.text).toContain('event: goodbye\ndata: {"afterMs":0}'));
    await until(async () => expect(hub.size).toBe(0));
  });

  it('rejects a stream of an owner at its limit and accepts other owners', async () => {
    start({ perOwnerMax: 1 });
    await open('env', 'greedy');
    expect((await open('env', 'greedy')).text).toContain('tooManyOfOwner');
    expect((await open('env', 'modest')).text).toContain('event: current');
    expect(hub.counts.refused).toBe(1);
  });

  it('forgets a client that leaves, and lets its owner open another', async () => {
    start({ perOwnerMax: 1 });
    const client = await open();
    expect([...hub.instances()]).toEqual([{ topic: 'env', instance: 'i1' }]);
    client.socket.destroy();
    await until(async () => expect(hub.size).toBe(0));
    expect(ended.size).toBe(0);
    expect((await open()).text).toContain('event: current');
  });

  it('cuts every stream of an owner that may no longer be served', async () => {
    const [first, second, other] = [await open(), await open(), await open('env', 'other')];
    ended.get('key')?.();
    await until(async () => expect([first.isClosed, second.isClosed]).toEqual([true, true]));
    expect(other.isClosed).toBe(false);
    expect(hub.size).toBe(1);
  });

  it('cuts a reader with more than 1 MiB unread, and does not slow the others down', async () => {
    const slow = await open();
    const healthy = await open();
    slow.socket.pause();
    const frame = sseFrame('patch', JSON.stringify('x'.repeat(32 * 1024)));
    for (let sent = 0; sent < 600 && hub.counts.cutSlow === 0; sent += 1) {
      hub.broadcast('env', frame);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(hub.counts.cutSlow).toBe(1);
    hub.broadcast('env', sseFrame('patch', '"last"'));
    await until(async () => expect(healthy.text).toContain('"last"'));
    await until(async () => expect(hub.size).toBe(1));
  });

  it('lets a reader take its time for one whole ruleset, however large', async () => {
    const client = await open();
    hub.broadcast('env', sseFrame('ruleset', JSON.stringify('x'.repeat(8 * 1024 * 1024))));
    hub.broadcast('env', sseFrame('patch', '"after"'));
    expect(hub.counts.cutSlow).toBe(0);
    await until(async () => expect(client.text).toContain('"after"'));
  });

  it('cuts the streams of a deleted topic', async () => {
    const client = await open();
    hub.cutTopic('env');
    await until(async () => expect(client.isClosed).toBe(true));
  });

  it('says goodbye on shutdown, accepts no stream and ends when all have left', async () => {
    const client = await open();
    const left = hub.leave(2_000);
    await until(async () =>
      expect(client.text).toContain('event: goodbye\ndata: {"afterMs":1000}'),
    );
    expect((await open()).text).toContain('leaving');
    client.socket.end();
    await left;
    expect(hub.size).toBe(0);
  });
});
