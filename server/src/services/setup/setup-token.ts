import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../../domain/secret.js';

/** Proves that the creator of the first admin can read the server's log. Kept in memory only. */
export class SetupToken {
  readonly #text: string;

  constructor(configured: Secret | null) {
    this.#text = configured?.reveal() ?? randomBytes(32).toString('base64url');
  }

  reveal(): string {
    return this.#text;
  }

  /** Takes equally long for a wrong length and for a wrong last character. */
  matches(candidate: string): boolean {
    return timingSafeEqual(digest(candidate), digest(this.#text));
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
