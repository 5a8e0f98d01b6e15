import { createHash, randomBytes } from 'node:crypto';

const SESSION_ID = /^[A-Za-z0-9_-]{43}$/;

/** 256 bits; the cookie's value. */
export function drawSessionId(): string {
  return randomBytes(32).toString('base64url');
}

/** The stored digest of an id; null when the text cannot be a session id. */
export function hashSessionId(id: string): string | null {
  return SESSION_ID.test(id) ? createHash('sha256').update(id).digest('hex') : null;
}
