import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isRecord } from '../core/json.js';
import { parseJson } from '../protocol/json-text.js';
import { cacheName } from '../cache/cache-name.js';

const FORMAT = 1;
const BYTES_MAX = 32 * 1024 * 1024;
/** A process that crashes at every start leaves many files. */
const FILES_MAX = 20;

/** The data that a crashed process could not send. */
export interface CrashRecord {
  readonly instance: string;
  /** Slots as JSON. */
  readonly slots: readonly string[];
  /** A batch of that instance that the server may or may not have stored. */
  readonly unanswered: string | null;
}

/** One file per crashed process. The next process that starts reads and deletes it. */
export class CrashFiles {
  readonly #folder: string;
  readonly #prefix: string;

  constructor(folder: string, url: string, key: string) {
    this.#folder = folder;
    this.#prefix = `${cacheName(url, key)}.crash-`;
  }

  /** Writes synchronously, because the process is about to exit. Throws on failure. */
  write(record: CrashRecord): void {
    const path = this.#pathOf(record.instance);
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    writeFileSync(`${path}.tmp`, JSON.stringify({ format: FORMAT, ...record }), { mode: 0o600 });
    renameSync(`${path}.tmp`, path);
  }

  /** Called when the process survives the exception. */
  remove(instance: string): void {
    rmSync(this.#pathOf(instance), { force: true });
  }

  /** Never rejects. Skips files that another process takes first or that cannot be read. */
  async take(instance: string): Promise<CrashRecord[]> {
    const names = await readdir(this.#folder).catch(() => []);
    const mine = names.filter((name) => name.startsWith(this.#prefix) && name.endsWith('.json'));
    const records: CrashRecord[] = [];
    for (const name of mine.slice(0, FILES_MAX)) {
      const record = await this.#takeOne(join(this.#folder, name), instance);
      if (record !== null) records.push(record);
    }
    return records;
  }

  async #takeOne(path: string, instance: string): Promise<CrashRecord | null> {
    const taken = `${path}.${instance}`;
    try {
      await rename(path, taken);
      const { size } = await stat(taken);
      const text = size > BYTES_MAX ? '' : await readFile(taken, 'utf8');
      await rm(taken);
      return parseRecord(text);
    } catch {
      return null;
    }
  }

  #pathOf(instance: string): string {
    return join(this.#folder, `${this.#prefix}${instance}.json`);
  }
}

function parseRecord(text: string): CrashRecord | null {
  const record = parseJson(text);
  if (!isRecord(record) || record.format !== FORMAT) return null;
  const { instance, slots, unanswered } = record;
  if (typeof instance !== 'string' || !Array.isArray(slots)) return null;
  return {
    instance,
    slots: slots.filter((slot): slot is string => typeof slot === 'string'),
    unanswered: typeof unanswered === 'string' ? unanswered : null,
  };
}
