import type { Log } from '../log.js';
import type { Db } from '../store/db.js';
import { listLiveSdkKeys, type StoredKey } from '../store/key-store.js';
import { readCheckedFile, writeCheckedFile } from './checked-file.js';

/** The maximum delay until the copy contains a new key. */
const REFRESH_MS = 3_000;

export interface KeyCopyDeps {
  readonly db: Db;
  readonly path: string;
  readonly log: Log;
  readonly now: () => Date;
}

/**
 * The SDK keys on disk, as hashes. With them, a server that starts while its database is down can
 * still authenticate SDKs.
 */
export class KeyCopy {
  readonly #deps: KeyCopyDeps;
  #byHash: ReadonlyMap<string, StoredKey> = new Map();
  #written = '';
  #writing = Promise.resolve();
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(deps: KeyCopyDeps) {
    this.#deps = deps;
  }

  /** Finds a key without the database; the caller checks its expiry. */
  recall(secretHash: string): StoredKey | undefined {
    return this.#byHash.get(secretHash);
  }

  async load(): Promise<void> {
    const content = await readCheckedFile(this.#deps.path);
    if (content === undefined) return;
    this.#written = content.toString();
    this.#take(parseKeys(this.#written));
  }

  /**
   * Re-reads the keys when due; rejects when the database does not answer. It does not wait for the
   * disk, because its caller also delivers changes.
   */
  async refresh(): Promise<void> {
    const { db, now } = this.#deps;
    const at = now();
    if (at.getTime() - this.#readAt < REFRESH_MS) return;
    const keys = await listLiveSdkKeys(db, at);
    this.#readAt = at.getTime();
    this.#take(keys);
    this.#writing = this.#writing.then(() => this.#write(JSON.stringify(keys)));
  }

  /** Resolves when the keys read so far are on disk, or could not be written; never rejects. */
  flush(): Promise<void> {
    return this.#writing;
  }

  async #write(text: string): Promise<void> {
    if (text === this.#written) return;
    const { path, log } = this.#deps;
    try {
      await writeCheckedFile(path, Buffer.from(text));
      this.#written = text;
    } catch (error) {
      log.warn('the copy of the SDK keys could not be written', { error });
    }
  }

  #take(keys: readonly StoredKey[]): void {
    this.#byHash = new Map(keys.map((key) => [key.secretHash, key]));
  }
}

function parseKeys(text: string): readonly StoredKey[] {
  const keys = JSON.parse(text) as (Omit<StoredKey, 'expiresAt'> & { expiresAt: string | null })[];
  return keys.map((key) => ({
    ...key,
    expiresAt: key.expiresAt === null ? null : new Date(key.expiresAt),
  }));
}
