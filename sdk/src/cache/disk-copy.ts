import { createHash, webcrypto } from 'node:crypto';
import { type FileHandle, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CompiledRuleset } from '../core/index.js';
import { isRecord } from '../core/json.js';
import type { Ruleset } from '../core/ruleset.js';
import { decodeRuleset, RULESET_BYTES_MAX } from '../protocol/decode-ruleset.js';
import { parseJson } from '../protocol/json-text.js';
import { cacheName } from './cache-name.js';
import { rulesetText } from './ruleset-text.js';

const FORMAT = 1;
const HEADER_BYTES_MAX = 1_024;
/** As long as any digest, which replaces it later. */
const NO_DIGEST = '0'.repeat(64);

export interface StoredRuleset {
  readonly ruleset: Ruleset;
  /** Epoch milliseconds. */
  readonly savedAt: number;
}

/**
 * One file per server and key: a header line, then the ruleset. A file that cannot be read, or
 * differs from what was written, counts as absent.
 */
export class DiskCopy {
  readonly #folder: string;
  readonly #path: string;

  constructor(folder: string, url: string, key: string) {
    this.#folder = folder;
    this.#path = join(folder, `${cacheName(url, key)}.json`);
  }

  /** Returns null without a usable copy; never rejects. */
  async read(): Promise<StoredRuleset | null> {
    try {
      const { size } = await stat(this.#path);
      if (size > RULESET_BYTES_MAX + HEADER_BYTES_MAX) return null;
      return await parseStored(await readFile(this.#path));
    } catch {
      return null;
    }
  }

  /** Writes atomically, even if the machine stops in between. Rejects on failure. */
  async write(compiled: CompiledRuleset, savedAt: number): Promise<void> {
    const text = rulesetText(compiled);
    const temporary = `${this.#path}.${process.pid}.tmp`;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    try {
      await rm(temporary, { force: true });
      const file = await open(temporary, 'wx', 0o600);
      try {
        await writeStored(file, text, savedAt);
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

/** Writes the chunks first and the header last, when the digest is known. */
async function writeStored(file: FileHandle, chunks: Iterable<string>, savedAt: number) {
  const digest = createHash('sha256');
  let position = headerOf(savedAt, NO_DIGEST).length;
  for (const chunk of chunks) {
    const bytes = Buffer.from(chunk);
    digest.update(bytes);
    await file.write(bytes, 0, bytes.length, position);
    position += bytes.length;
  }
  await file.write(headerOf(savedAt, digest.digest('hex')), 0);
}

function headerOf(savedAt: number, sha256: string): string {
  return `${JSON.stringify({ format: FORMAT, savedAt, sha256 })}\n`;
}

/** Another thread computes the digest, which takes milliseconds for the largest ruleset. */
async function parseStored(bytes: Buffer): Promise<StoredRuleset | null> {
  const end = bytes.indexOf('\n');
  const header = parseJson(bytes.toString('utf8', 0, Math.max(0, end)));
  const body = bytes.subarray(end + 1);
  if (end < 0 || !isRecord(header) || header.format !== FORMAT) return null;
  if (typeof header.savedAt !== 'number' || header.sha256 !== (await sha256(body))) return null;
  const decoded = decodeRuleset(parseJson(body.toString('utf8')));
  return 'value' in decoded ? { ruleset: decoded.value, savedAt: header.savedAt } : null;
}

async function sha256(bytes: Buffer): Promise<string> {
  return Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes)).toString('hex');
}
