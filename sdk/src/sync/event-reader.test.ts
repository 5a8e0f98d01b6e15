import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../test/support/seeded-random.js';
import type { RawEvent } from '../protocol/decode-event.js';
import { RULESET_BYTES_MAX } from '../protocol/decode-ruleset.js';
import { createEventReader } from './event-reader.js';

const STREAM = [
  ': ok\n\n',
  'event: ruleset\nid: e1:1\ndata: {"name":"zoë 日本語 😀"}\n\n',
  'event: patch\r\nid: e1:2\r\ndata: {"a":1}\r\n\r\n',
  'id: e1:3\nevent: patch\ndata: {"b":\ndata: 2}\n\n',
  'event: unheard-of\ndata: not json\n\n',
  'event: heartbeat\ndata: {"now":1}\n\n',
].join('');

const EXPECTED = [
  ['ruleset', 'e1:1', '{"name":"zoë 日本語 😀"}'],
  ['patch', 'e1:2', '{"a":1}'],
  ['patch', 'e1:3', '{"b":\n2}'],
  ['unheard-of', undefined, 'not json'],
  ['heartbeat', undefined, '{"now":1}'],
];

function read(chunks: readonly Uint8Array[]): RawEvent[] {
  const events: RawEvent[] = [];
  const feed = createEventReader(
    (event) => events.push(event),
    () => {},
  );
  for (const chunk of chunks) feed(chunk);
  return events;
}

function summary(chunks: readonly Uint8Array[]) {
  return read(chunks).map(({ event, id, data }) => [event, id, data]);
}

describe('reading a stream', () => {
  const bytes = new TextEncoder().encode(STREAM);

  it('returns the same events wherever the bytes are split in two', () => {
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      expect(summary([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(EXPECTED);
    }
  });

  it('returns the same events byte by byte', () => {
    expect(summary([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(EXPECTED);
  });

  it('returns the same events in random chunks', () => {
    const random = seededRandom(3);
    for (let run = 0; run < 200; run += 1) {
      const chunks: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; ) {
        const length = 1 + Math.floor(random() * 30);
        chunks.push(bytes.subarray(at, at + length));
        at += length;
      }
      expect(summary(chunks)).toEqual(EXPECTED);
    }
  });

  it('returns events or throws for mutated bytes', () => {
    const random = seededRandom(5);
    for (let run = 0; run < 2_000; run += 1) {
      const mutated = bytes.slice();
      for (let hit = 0; hit < 3; hit += 1) {
        mutated[Math.floor(random() * mutated.length)] = Math.floor(random() * 256);
      }
      const cut = Math.floor(random() * mutated.length);
      try {
        const events = read([mutated.subarray(0, cut), mutated.subarray(cut)]);
        expect(events.length).toBeLessThan(20);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }
  });

  it('reports comments, because they prove that the stream works', () => {
    let comments = 0;
    const feed = createEventReader(
      () => {},
      () => {
        comments += 1;
      },
    );
    feed(bytes);
    expect(comments).toBe(1);
  });

  it('rejects an endless line', () => {
    const feed = createEventReader(
      () => {},
      () => {},
    );
    const chunk = new Uint8Array(1024 * 1024).fill(97);
    const feedAll = () => {
      for (let sent = 0; sent <= RULESET_BYTES_MAX; sent += chunk.length) feed(chunk);
    };
    expect(feedAll).toThrow('larger than');
  });

  it('rejects bytes that are not UTF-8', () => {
    expect(() => read([Uint8Array.of(0xff, 0xfe)])).toThrow();
  });
});
