import { statfsSync } from 'node:fs';
import { AppError } from '../domain/errors.js';

/** Reserved for kills: an embedded database on a full disk has to be terminated. */
const FREE_BYTES_MIN = 64 * 1024 * 1024;
const LOOK_AGAIN_MS = 500;

export interface FreeSpaceOptions {
  readonly directory: string;
  readonly freeBytes?: (directory: string) => number;
  /** Monotonic milliseconds. */
  readonly clock?: () => number;
}

/** Rejects changes that can wait while the disk of a directory is nearly full. */
export class FreeSpace {
  readonly #directory: string;
  readonly #freeBytes: (directory: string) => number;
  readonly #clock: () => number;
  #bytes = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor({ directory, freeBytes, clock }: FreeSpaceOptions) {
    this.#directory = directory;
    this.#freeBytes = freeBytes ?? freeBytesOf;
    this.#clock = clock ?? (() => performance.now());
  }

  assert(): void {
    const now = this.#clock();
    if (now - this.#lookedAt >= LOOK_AGAIN_MS) {
      this.#bytes = this.#freeBytes(this.#directory);
      this.#lookedAt = now;
    }
    if (this.#bytes >= FREE_BYTES_MIN) return;
    throw new AppError(
      'STORAGE_FULL',
      `the disk of the data directory has ${inMebibytes(this.#bytes)} MiB left, changes need at ` +
        `least ${inMebibytes(FREE_BYTES_MIN)}; kill and restore go on, everything else has to wait`,
    );
  }
}

function freeBytesOf(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}

function inMebibytes(bytes: number): number {
  return Math.floor(bytes / 1024 / 1024);
}
