import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isRecord } from '../core/json.js';
import { parseJson } from '../protocol/json-text.js';
import { cacheName } from '../cache/cache-name.js';

const FORMAT = 1;
const BYTES_MAX = 32 * 1024 * 1024;
/** A process that breaks at every start leaves many. */
const FILES_MAX = 20;

/** What a process that broke could not send any more. */
export interface CrashRecord {
  readonly instance: string;
  /** Slots as JSON. */
  readonly slots: readonly string[];
  /** A batch of that instance which the server may or may not have. */
  readonly unanswered: string | null;
}

/** Files that outlive a broken process, one for each; read once by whoever starts next. */
export class CrashFiles {
  readonly #folder: string;
  readonly #prefix: string;

  constructor(folder: string, url: string, key: string) {
    this.#folder = folder;
    this.#prefix = `${cacheName(url, key)}.crash-`;
  }

  /** At once: there is no later. Throws when it cannot be done. */
  write(record: CrashRecord): void {
    const path = this.#pathOf(record.instance);
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    writeFileSync(`${path}.tmp`, JSON.stringify({ format: FORMAT, ...record }), { mode: 0o600 });
    renameSync(`${path}.tmp`, path);
  }

  /** The process lives after all. */
  remove(instance: string): void {
    rmSync(this.#pathOf(instance), { force: true });
  }

  /** Never rejects; what another process takes first, or nobody can read, is left out. */
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
