import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../../domain/secret.js';

/** Proves that whoever makes the first admin can read this server's log. Lives in memory only. */
export class SetupToken {
  readonly #text: string;

  constructor(configured: Secret | null) {
    this.#text = configured?.reveal() ?? randomBytes(32).toString('base64url');
  }

  reveal(): string {
    return this.#text;
  }

  /** As fast for a wrong length as for a wrong last letter. */
  matches(candidate: string): boolean {
    return timingSafeEqual(digest(candidate), digest(this.#text));
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
