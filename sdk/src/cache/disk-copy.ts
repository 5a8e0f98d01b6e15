import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isRecord } from '../core/json.js';
import type { Ruleset } from '../core/ruleset.js';
import { decodeRuleset, RULESET_BYTES_MAX } from '../protocol/decode-ruleset.js';
import { parseJson } from '../protocol/json-text.js';
import { cacheName, sha256 } from './cache-name.js';

const FORMAT = 1;
const HEADER_BYTES_MAX = 1_024;

export interface StoredRuleset {
  readonly ruleset: Ruleset;
  /** Epoch milliseconds. */
  readonly savedAt: number;
}

/**
 * One file per server and key: a line that describes the rest, then the ruleset. Whatever cannot be
 * read, or is not exactly what was written, counts as absent.
 */
export class DiskCopy {
  readonly #folder: string;
  readonly #path: string;

  constructor(folder: string, url: string, key: string) {
    this.#folder = folder;
    this.#path = join(folder, `${cacheName(url, key)}.json`);
  }

  /** Null without a usable copy; never rejects. */
  async read(): Promise<StoredRuleset | null> {
    try {
      const { size } = await stat(this.#path);
      if (size > RULESET_BYTES_MAX + HEADER_BYTES_MAX) return null;
      return parseStored(await readFile(this.#path, 'utf8'));
    } catch {
      return null;
    }
  }

  /** Whole or not at all, also when the machine stops half-way. Rejects when it cannot be done. */
  async write(ruleset: Ruleset, savedAt: number): Promise<void> {
    const body = JSON.stringify(ruleset);
    const header = JSON.stringify({ format: FORMAT, savedAt, sha256: sha256(body) });
    const temporary = `${this.#path}.${process.pid}.tmp`;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    try {
      await rm(temporary, { force: true });
      const file = await open(temporary, 'wx', 0o600);
      try {
        await file.writeFile(`${header}\n${body}`);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, this.#path);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {});
      throw error;
    }
  }
}

function parseStored(text: string): StoredRuleset | null {
  const end = text.indexOf('\n');
  const header = parseJson(text.slice(0, end));
  const body = text.slice(end + 1);
  if (end < 0 || !isRecord(header) || header.format !== FORMAT) return null;
  if (typeof header.savedAt !== 'number' || header.sha256 !== sha256(body)) return null;
  const decoded = decodeRuleset(parseJson(body));
  return 'value' in decoded ? { ruleset: decoded.value, savedAt: header.savedAt } : null;
}
