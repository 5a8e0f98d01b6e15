import { createSocket } from 'node:dgram';
import { decodeSketch, type EventBatch } from '@sluice/sdk/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../test/support/fake-clock.js';
import { until } from '../../../test/support/until.js';
import { createLog } from '../log.js';
import { parseStatsdLine } from './parse-statsd.js';
import { StatsdGathering } from './statsd-gathering.js';
import { StatsdListener } from './statsd-listener.js';

const AT = Date.parse('2026-03-01T12:00:07.000Z');

function gather(...packets: string[]) {
  const gathering = new StatsdGathering((name) => name !== 'secret');
  for (const packet of packets) gathering.addPacket(packet);
  return gathering;
}

describe('the parser of StatsD lines', () => {
  it.each([
    ['a:1|c', { kind: 'counter', value: 1, weight: 1 }],
    ['a:2.5|ms', { kind: 'timer', value: 2.5, weight: 1 }],
    ['a:3|ms|@0.1', { kind: 'timer', value: 3, weight: 10 }],
    ['a:3|h|#env:prod,x', { kind: 'timer', value: 3 }],
    ['a:1e3|d', { kind: 'timer', value: 1_000 }],
    ['a:-4|g', { kind: 'gauge', value: -4, isChange: true }],
    ['a:4|g', { kind: 'gauge', value: 4, isChange: false }],
    ['app.requests-total:1|c|@0.5|#a', { name: 'app.requests-total', weight: 2 }],
  ])('parses %s', (line, expected) => {
    expect(parseStatsdLine(line)).toMatchObject(expected);
  });

  it.each([
    ...['', 'a', 'a:', 'a:1', 'a:1|', 'a:x|c', 'a:1|q', 'a:NaN|c', 'a:Infinity|g', 'a:-1|c'],
    ...['a:-1|ms', 'a b:1|c', '__proto__:1|c', 'a:1|c|@0', 'a:1|c|@2', 'a:1|c|@x', 'a:1|c|z'],
    ...[`${'x'.repeat(101)}:1|c`, 'a:1e99|g', 'a:1|c|'],
  ])('rejects %s as malformed', (line) => {
    expect(parseStatsdLine(line)).toBeNull();
  });
});

describe('the gathering of StatsD samples', () => {
  it('adds up counters, timers with a sketch, and gauges by name', () => {
    const gathering = gather(
      'hits:2|c\nhits:1|c|@0.1\ntime:10|ms\ntime:30|ms|@0.5',
      'load:5|g\nload:+2|g',
    );
    const [slot] = gathering.take(AT)?.slots ?? [];
    expect(slot).toMatchObject({ from: AT - 7_000, to: AT + 3_000 });
    expect(slot?.metrics).toMatchObject({
      hits: { count: 12, sum: 12 },
      time: { count: 3, sum: 70 },
      load: { count: 2, sum: 12 },
    });
    expect(decodeSketch(slot?.metrics.time?.sketch ?? '')?.count).toBe(3);
    expect(gathering.take(AT)).toBeNull();
  });

  it('counts malformed and refused lines, and keeps the rest of the packet', () => {
    const gathering = gather('hits:1|c\nnonsense\nsecret:1|c\n\nhits:1|c\n');
    expect(gathering.counts).toEqual({ packets: 1, lines: 4, malformed: 1, refused: 1 });
    expect(gathering.take(AT)?.slots[0]?.metrics).toEqual({ hits: { count: 2, sum: 2 } });
  });

  it('limits the number of names and reports the number of dropped lines', () => {
    const names = Array.from({ length: 1_500 }, (_, i) => `n${i}:1|c`);
    const gathering = gather(...names);
    const batch = gathering.take(AT);
    expect(Object.keys(batch?.slots[0]?.metrics ?? {})).toHaveLength(1_000);
    expect(batch?.dropped).toBe(500);
  });
});

describe('the StatsD listener', () => {
  let listener: StatsdListener | undefined;
  afterEach(() => listener?.stop());

  it('stores the packets that it receives, the last ones when it stops', async () => {
    const stored: EventBatch[] = [];
    const clock = new FakeClock();
    listener = new StatsdListener({
      ...{ host: '127.0.0.1', port: 0, isAllowed: () => true, now: () => clock.now() },
      log: createLog({ level: 'silent' }),
      store: async (batch) => void stored.push(batch),
    });
    await listener.start();
    const socket = createSocket('udp4');
    socket.send('hits:3|c', listener.port, '127.0.0.1');
    await until(async () => expect(listener?.counts.lines).toBe(1));
    socket.close();
    await listener.stop();
    expect(stored[0]?.slots[0]?.metrics).toEqual({ hits: { count: 3, sum: 3 } });
    expect(listener.port).toBeUndefined();
  });
});
