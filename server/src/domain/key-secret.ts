import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

export type KeyKind = 'server' | 'client' | 'admin';

export const KEY_KINDS = ['server', 'client', 'admin'] as const satisfies readonly KeyKind[];

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const RANDOM_LENGTH = 43; // 62^43 > 2^256
const CHECKSUM_LENGTH = 6; // 62^6 > 2^32
export const KEY_RANDOM_BYTES = 32;

const OURS = /^sluice_(server|client|admin)_([0-9A-Za-z]{43})([0-9A-Za-z]{6})$/;
/** Format of both generated secrets and those chosen by the operator in `SLUICE_INIT_KEYS`. */
const SECRET = /^[A-Za-z0-9_-]{32,256}$/;

/**
 * `sluice_<kind>_<random><checksum>`: secret scanners detect the prefix, and the checksum detects
 * typos.
 */
export function formatKeySecret(kind: KeyKind, random: Uint8Array): string {
  const body = `sluice_${kind}_${toBase62(random, RANDOM_LENGTH)}`;
  return body + checksumOf(body);
}

/** Returns false for text that cannot be a key. This saves a database query but proves nothing. */
export function isPossibleKeySecret(text: string): boolean {
  if (!SECRET.test(text)) return false;
  if (!/^sluice_(server|client|admin)_/.test(text)) return true;
  return OURS.test(text) && checksumOf(text.slice(0, -CHECKSUM_LENGTH)) === text.slice(-6);
}

/** The stored form: a secret has 256 bits of entropy, so an unsalted digest is enough. */
export function hashKeySecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** A part of the secret by which users recognize a key; it is useless for authentication. */
export function hintOf(secret: string): string {
  const prefix = /^sluice_[a-z]+_/.exec(secret)?.[0] ?? '';
  return `${prefix}…${secret.slice(-4)}`;
}

function checksumOf(body: string): string {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, crc32(body));
  return toBase62(bytes, CHECKSUM_LENGTH);
}

function toBase62(bytes: Uint8Array, length: number): string {
  let rest = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  let text = '';
  for (let place = 0; place < length; place += 1) {
    text = BASE62[Number(rest % 62n)] + text;
    rest /= 62n;
  }
  return text;
}
