import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ruleset } from '@sluice/sdk/core';
import { decodeRuleset } from '@sluice/sdk/protocol';
import type { Log } from '../log.js';
import { readCheckedFile, writeCheckedFile } from './checked-file.js';

/** The last ruleset of an environment that this server has read. */
export interface RulesetCopy {
  readonly environmentId: string;
  readonly projectId: string;
  readonly ruleset: Ruleset;
}

/** A ruleset to save; `bytes` is called at the write, so a burst of changes costs one write. */
export interface Copied {
  readonly environmentId: string;
  readonly projectId: string;
  readonly bytes: () => Buffer;
}

const SUFFIX = '.ruleset';
/** Delays writing until the streams have been served and a burst is over. */
const WRITE_AFTER_MS = 250;

/**
 * The rulesets on disk. A server that starts while its database is down serves them, and they show
 * whether the database has lost revisions. Writing never delays delivery.
 */
export class RulesetCopies {
  readonly #directory: string;
  readonly #log: Log;
  readonly #waiting = new Map<string, Copied>();
  #timer: NodeJS.Timeout | undefined;
  #writing = Promise.resolve();
  #isFailing = false;

  constructor(directory: string, log: Log) {
    this.#directory = directory;
    this.#log = log;
  }

  /** Returns all undamaged copies. */
  async load(): Promise<readonly RulesetCopy[]> {
    const names = await readdir(this.#directory).catch(() => []);
    const copies: RulesetCopy[] = [];
    for (const name of names.filter((each) => each.endsWith(SUFFIX))) {
      const content = await readCheckedFile(join(this.#directory, name));
      const copy = content && parseCopy(content);
      if (copy) copies.push(copy);
      else this.#log.warn('a damaged copy of a ruleset is ignored');
    }
    return copies;
  }

  save(copied: Copied): void {
    this.#waiting.set(copied.environmentId, copied);
    this.#timer ??= setTimeout(() => void this.flush(), WRITE_AFTER_MS).unref();
  }

  /** Removes the copy of a deleted environment. */
  remove(environmentId: string): void {
    this.#waiting.delete(environmentId);
    this.#writing = this.#writing.then(() =>
      rm(this.#pathOf(environmentId), { force: true }).catch(() => undefined),
    );
  }

  /** Resolves when all that was saved is on disk, or could not be written; never rejects. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#writeWaiting());
    return this.#writing;
  }

  async #writeWaiting(): Promise<void> {
    for (const [environmentId, copied] of this.#waiting) {
      this.#waiting.delete(environmentId);
      const content = serialiseCopy(copied);
      const isWritten = await writeCheckedFile(this.#pathOf(environmentId), content).then(
        () => true,
        (error: unknown) => this.#warnOnce(error, environmentId),
      );
      if (isWritten) this.#isFailing = false;
    }
  }

  #warnOnce(error: unknown, environmentId: string): false {
    const message = 'the copy of a ruleset could not be written; it is served from memory';
    if (!this.#isFailing) this.#log.warn(message, { environmentId, error });
    this.#isFailing = true;
    return false;
  }

  #pathOf(environmentId: string): string {
    return join(this.#directory, `${environmentId}${SUFFIX}`);
  }
}

/** One line with metadata, then the document. */
function serialiseCopy(copied: Copied): Buffer {
  const { environmentId, projectId } = copied;
  return Buffer.concat([
    Buffer.from(`${JSON.stringify({ environmentId, projectId })}\n`),
    copied.bytes(),
  ]);
}

function parseCopy(content: Buffer): RulesetCopy | undefined {
  const end = content.indexOf('\n');
  const about = JSON.parse(content.toString('utf8', 0, end)) as Omit<RulesetCopy, 'ruleset'>;
  const decoded = decodeRuleset(JSON.parse(content.toString('utf8', end + 1)));
  return 'value' in decoded ? { ...about, ruleset: decoded.value } : undefined;
}
