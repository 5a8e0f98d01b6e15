import type { ServerResponse } from 'node:http';
import { TIME_HEADER } from '@sluice/sdk/protocol';
import { clockFrame, sseFrame } from './sse-frame.js';
import { StreamOwners, type WatchOwner } from './stream-owners.js';

/** A reader with more unread bytes is cut; it gets a whole ruleset when it reconnects. */
const QUEUED_BYTES_MAX = 1024 * 1024;
const HEARTBEAT_MS = 15_000;
/** Heartbeats are sent in this many slices, so that they delay a change only briefly. */
const HEARTBEAT_SLICES = 15;
const KEEP_ALIVE_MS = 30_000;

/** A client whose network is this slow no longer counts as starting: it costs us nothing. */
const STARTING_MS_MAX = 5_000;
/** A reader may take its time for one frame of this size, such as a whole ruleset. */
const LARGE_BYTES_MIN = 64 * 1024;

const HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
  'X-Content-Type-Options': 'nosniff',
};

export interface StreamHubOptions {
  /** Epoch milliseconds, for heartbeats. */
  readonly now: () => number;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Streams end at about this age, so that a peer that vanished is not kept for ever. */
  readonly ageMaxMs: number;
  /** Streams that still receive their first bytes; more are asked to come back. */
  readonly startingMax: number;
  readonly perOwnerMax: number;
  readonly watchOwner: WatchOwner;
}

/** What a stream is about. */
export interface StreamScope {
  /** The topic whose changes the stream carries. */
  readonly topic: string;
  /** The owner of the stream, for limits and revocation. */
  readonly owner: string;
  /** The instance that opened the stream, when it identified itself. */
  readonly instance?: string | undefined;
}

export type Admission = 'admitted' | 'tooManyStarting' | 'tooManyOfOwner' | 'leaving';

interface Stream extends StreamScope {
  readonly response: ServerResponse;
  readonly openedAt: number;
  readonly endsAt: number;
  /** Size of the last large frame, until the reader has taken it. */
  largeBytes: number;
}

/** Counters since the start. */
export interface HubCounts {
  opened: number;
  refused: number;
  cutSlow: number;
}

/**
 * The open event streams. A change is one buffer that all sockets share; the hub waits for no
 * reader and cuts a reader that cannot keep up.
 */
export class StreamHub {
  readonly counts: HubCounts = { opened: 0, refused: 0, cutSlow: 0 };
  readonly #options: StreamHubOptions;
  readonly #topics = new Map<string, Set<Stream>>();
  readonly #slices: Set<Stream>[] = Array.from({ length: HEARTBEAT_SLICES }, () => new Set());
  readonly #starting = new Set<Stream>();
  readonly #owners: StreamOwners;
  readonly #timer: NodeJS.Timeout;
  #size = 0;
  #nextSlice = 0;
  #isLeaving = false;
  #onEmpty: (() => void) | undefined;

  constructor(options: StreamHubOptions) {
    this.#options = options;
    this.#owners = new StreamOwners(options.watchOwner, (owner) => this.#cutOwner(owner));
    this.#timer = setInterval(() => this.#beat(), HEARTBEAT_MS / HEARTBEAT_SLICES).unref();
  }

  get size(): number {
    return this.#size;
  }

  sizeOf(topic: string): number {
    return this.#topics.get(topic)?.size ?? 0;
  }

  /** The connected instances with their topics. */
  *instances(): Iterable<{ readonly topic: string; readonly instance: string }> {
    for (const [topic, streams] of this.#topics) {
      for (const { instance } of streams) if (instance !== undefined) yield { topic, instance };
    }
  }

  /** Checks whether this owner may open another stream now. */
  admit(owner: string): Admission {
    const admission = this.#judge(owner);
    if (admission !== 'admitted') this.counts.refused += 1;
    return admission;
  }

  /** Takes the response over and sends the first frame. */
  open(response: ServerResponse, scope: StreamScope, first: Buffer): void {
    if (response.destroyed) return;
    const { now, random, ageMaxMs } = this.#options;
    const openedAt = now();
    const endsAt = openedAt + ageMaxMs * (0.8 + 0.4 * random());
    const stream: Stream = { ...scope, response, openedAt, endsAt, largeBytes: 0 };
    this.#add(stream);
    response.on('error', () => undefined);
    response.once('close', () => this.#remove(stream));
    response.socket?.setNoDelay(true);
    response.socket?.setKeepAlive(true, KEEP_ALIVE_MS);
    endWithConnection(response);
    response.writeHead(200, { ...HEADERS, [TIME_HEADER]: openedAt });
    this.#write(stream, first, () => this.#starting.delete(stream));
  }

  /** Sends a frame to all streams of the topic; the cost is one write per stream. */
  broadcast(topic: string, frame: Buffer): void {
    for (const stream of this.#topics.get(topic) ?? []) this.#write(stream, frame);
  }

  /** Cuts the streams of a deleted topic. */
  cutTopic(topic: string): void {
    for (const { response } of this.#topics.get(topic) ?? []) response.destroy();
  }

  /** Asks each client to move at a moment of its own; resolves when all have gone. */
  async leave(spreadMs: number): Promise<void> {
    this.#isLeaving = true;
    if (this.#size === 0) return;
    for (const streams of this.#topics.values()) {
      for (const stream of streams) {
        this.#sayGoodbye(stream, Math.floor(this.#options.random() * spreadMs));
      }
    }
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
  }

  /** Ends the streams that are still open. */
  close(): void {
    clearInterval(this.#timer);
    for (const streams of this.#topics.values()) {
      for (const { response } of streams) response.end();
    }
  }

  #judge(owner: string): Admission {
    if (this.#isLeaving) return 'leaving';
    if (this.#starting.size >= this.#options.startingMax) return 'tooManyStarting';
    const isFull = this.#owners.count(owner) >= this.#options.perOwnerMax;
    return isFull ? 'tooManyOfOwner' : 'admitted';
  }

  #add(stream: Stream): void {
    const streams = this.#topics.get(stream.topic) ?? new Set();
    this.#topics.set(stream.topic, streams.add(stream));
    this.#sliceOf(stream).add(stream);
    this.#starting.add(stream);
    this.#owners.add(stream.owner);
    this.#size += 1;
    this.counts.opened += 1;
  }

  #remove(stream: Stream): void {
    const streams = this.#topics.get(stream.topic);
    streams?.delete(stream);
    if (streams?.size === 0) this.#topics.delete(stream.topic);
    this.#sliceOf(stream).delete(stream);
    this.#starting.delete(stream);
    this.#owners.remove(stream.owner);
    this.#size -= 1;
    if (this.#size === 0) this.#onEmpty?.();
  }

  #cutOwner(id: string): void {
    for (const streams of this.#topics.values()) {
      for (const { owner, response } of streams) if (owner === id) response.destroy();
    }
  }

  /** Streams are dealt out by the moment they end at, which is random. */
  #sliceOf(stream: Stream): Set<Stream> {
    return this.#slices[Math.floor(stream.endsAt) % HEARTBEAT_SLICES] as Set<Stream>;
  }

  #write(stream: Stream, frame: Buffer, onTaken?: () => void): void {
    const { response } = stream;
    if (response.writableLength > QUEUED_BYTES_MAX + stream.largeBytes) {
      this.counts.cutSlow += 1;
      response.destroy();
    } else if (frame.length >= LARGE_BYTES_MIN) {
      stream.largeBytes = frame.length;
      response.write(frame, () => {
        stream.largeBytes = 0;
        onTaken?.();
      });
    } else {
      response.write(frame, onTaken);
    }
  }

  #beat(): void {
    const now = this.#options.now();
    for (const stream of this.#starting) {
      if (now - stream.openedAt > STARTING_MS_MAX) this.#starting.delete(stream);
    }
    const slice = this.#slices[this.#nextSlice] as Set<Stream>;
    this.#nextSlice = (this.#nextSlice + 1) % HEARTBEAT_SLICES;
    if (slice.size === 0) return;
    const heartbeat = clockFrame('heartbeat', now);
    for (const stream of slice) {
      if (now < stream.endsAt) this.#write(stream, heartbeat);
      else this.#end(stream);
    }
  }

  #end(stream: Stream): void {
    this.#sayGoodbye(stream, 0);
    stream.response.end();
  }

  #sayGoodbye(stream: Stream, afterMs: number): void {
    this.#write(stream, sseFrame('goodbye', JSON.stringify({ afterMs })));
  }
}

/** Without chunks a frame is one write of one buffer, and an idle stream is a quarter smaller. */
function endWithConnection(response: ServerResponse): void {
  response.useChunkedEncodingByDefault = false;
  response.shouldKeepAlive = false;
}
