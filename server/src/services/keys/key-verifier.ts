import { LRUCache } from 'lru-cache';
import { hashKeySecret, isPossibleKeySecret, type KeyKind } from '../../domain/key-secret.js';
import type { Log } from '../../log.js';
import type { Db } from '../../store/db.js';
import {
  findLiveKey,
  findLiveKeyIds,
  markKeysUsed,
  type StoredKey,
} from '../../store/key-store.js';

export interface VerifiedKey {
  readonly id: string;
  readonly kind: KeyKind;
  readonly name: string;
  readonly projectId: string | null;
  readonly environmentId: string | null;
}

export interface KeyVerifierOptions {
  readonly db: Db;
  readonly log: Log;
  readonly now: () => Date;
  /** Finds SDK keys that an earlier run wrote to disk. Used when the database is down. */
  readonly recall?: (secretHash: string) => StoredKey | undefined;
}

const KNOWN_MAX = 10_000;
const UNKNOWN_MAX = 10_000;
const UNKNOWN_TTL_MS = 2_000;
const SWEEP_INTERVAL_MS = 2_000;
const USED_INTERVAL_MS = 60_000;

/**
 * Verifies secrets. A verified key is cached, so a busy SDK needs no query and can still connect
 * while the database is down. A sweep every two seconds checks the cached and watched keys, so a
 * revoked key is cut off within five seconds.
 */
export class KeyVerifier {
  readonly #options: KeyVerifierOptions;
  readonly #known = new LRUCache<string, StoredKey>({ max: KNOWN_MAX });
  readonly #unknown: LRUCache<string, true>;
  readonly #watched = new Map<string, Set<() => void>>();
  readonly #usedAt = new LRUCache<string, number>({ max: KNOWN_MAX });
  readonly #toMark = new Set<string>();
  /** Many instances that reconnect together share one query for their key. */
  readonly #asking = new Map<string, Promise<StoredKey | undefined>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: KeyVerifierOptions) {
    this.#options = options;
    this.#unknown = new LRUCache({ max: UNKNOWN_MAX, ttl: UNKNOWN_TTL_MS });
  }

  /** Null when the key is not active; throws when neither database nor disk can verify it. */
  async verify(secret: string): Promise<VerifiedKey | null> {
    if (!isPossibleKeySecret(secret)) return null;
    const hash = hashKeySecret(secret);
    const known = this.#known.get(hash) ?? (await this.#find(hash));
    if (known === undefined) return null;
    const nowMs = this.#options.now().getTime();
    if (known.expiresAt !== null && known.expiresAt.getTime() <= nowMs) {
      this.drop(known.id);
      return null;
    }
    this.#noteUse(known.id, nowMs);
    return known;
  }

  /** Calls `onEnd` once when the key is revoked or expires. Returns a function that stops it. */
  watch(keyId: string, onEnd: () => void): () => void {
    const listeners = this.#watched.get(keyId) ?? new Set();
    this.#watched.set(keyId, listeners.add(onEnd));
    return () => {
      listeners.delete(onEnd);
      if (listeners.size === 0 && this.#watched.get(keyId) === listeners) {
        this.#watched.delete(keyId);
      }
    };
  }

  /** Removes a key from the cache and calls its watchers, which close their connections. */
  drop(keyId: string): void {
    for (const [hash, key] of this.#known.entries()) {
      if (key.id === keyId) this.#known.delete(hash);
    }
    const listeners = this.#watched.get(keyId);
    this.#watched.delete(keyId);
    for (const onEnd of listeners ?? []) onEnd();
  }

  start(): void {
    this.#timer = setInterval(() => void this.sweep(), SWEEP_INTERVAL_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Never throws: while the database is down, the cache stays as it is. */
  async sweep(): Promise<void> {
    const { db, log, now } = this.#options;
    const at = now();
    const used = [...this.#toMark];
    this.#toMark.clear();
    const ids = new Set(this.#watched.keys());
    for (const key of this.#known.values()) ids.add(key.id);
    try {
      if (used.length > 0) await markKeysUsed(db, used, at);
      if (ids.size === 0) return;
      const live = await findLiveKeyIds(db, [...ids], at);
      for (const id of ids) if (!live.has(id)) this.drop(id);
    } catch (error) {
      log.debug('keys could not be checked again', { error });
    }
  }

  async #find(hash: string): Promise<StoredKey | undefined> {
    if (this.#unknown.has(hash)) return undefined;
    const asking = this.#asking.get(hash) ?? this.#ask(hash);
    this.#asking.set(hash, asking);
    try {
      const found = await asking;
      if (found === undefined) this.#unknown.set(hash, true);
      else this.#known.set(hash, found);
      return found;
    } finally {
      this.#asking.delete(hash);
    }
  }

  async #ask(hash: string): Promise<StoredKey | undefined> {
    const { db, now, recall } = this.#options;
    try {
      return await findLiveKey(db, hash, now());
    } catch (error) {
      const recalled = recall?.(hash);
      if (recalled === undefined) throw error;
      return recalled;
    }
  }

  #noteUse(keyId: string, nowMs: number): void {
    if (nowMs - (this.#usedAt.get(keyId) ?? 0) < USED_INTERVAL_MS) return;
    this.#usedAt.set(keyId, nowMs);
    this.#toMark.add(keyId);
  }
}
