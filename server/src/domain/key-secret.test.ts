import { describe, expect, it } from 'vitest';
import {
  formatKeySecret,
  hashKeySecret,
  hintOf,
  isPossibleKeySecret,
  KEY_KINDS,
} from './key-secret.js';

const lowest = new Uint8Array(32);
const highest = new Uint8Array(32).fill(255);

describe('a key secret', () => {
  it.each(KEY_KINDS)('of kind %s has a prefix, 43 random characters and a checksum', (kind) => {
    for (const random of [lowest, highest]) {
      const secret = formatKeySecret(kind, random);
      expect(secret).toMatch(new RegExp(`^sluice_${kind}_[0-9A-Za-z]{49}$`));
      expect(isPossibleKeySecret(secret)).toBe(true);
    }
  });

  it('is always the same for the same bytes', () => {
    expect(formatKeySecret('server', lowest)).toBe(
      'sluice_server_00000000000000000000000000000000000000000003Xw3p6',
    );
  });

  it('becomes invalid when any single character changes', () => {
    const secret = formatKeySecret('admin', highest);
    for (let at = 'sluice_admin_'.length; at < secret.length; at += 1) {
      const other = secret[at] === 'a' ? 'b' : 'a';
      expect(isPossibleKeySecret(secret.slice(0, at) + other + secret.slice(at + 1))).toBe(false);
    }
  });

  it('may be chosen by an operator if it is long enough', () => {
    expect(isPossibleKeySecret('a'.repeat(32))).toBe(true);
    expect(isPossibleKeySecret('a'.repeat(31))).toBe(false);
    expect(isPossibleKeySecret('a'.repeat(257))).toBe(false);
    expect(isPossibleKeySecret(`${'a'.repeat(31)} `)).toBe(false);
    expect(isPossibleKeySecret(`${'a'.repeat(31)}ä`)).toBe(false);
  });

  it('is stored as its SHA-256', () => {
    expect(hashKeySecret('abc')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });

  it('has a hint of its prefix and its last four characters', () => {
    expect(hintOf(formatKeySecret('client', lowest))).toMatch(/^sluice_client_….{4}$/);
    expect(hintOf('my-own-secret-that-is-long-enough-1234')).toBe('…1234');
  });
});
