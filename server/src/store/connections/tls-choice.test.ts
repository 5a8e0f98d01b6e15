import { describe, expect, test } from 'vitest';
import { readTls } from './tls-choice.js';

const ADDRESS = 'postgres://user:pass@db.example:5432/sluice';

describe('what an address says about encryption', () => {
  test.each([
    ['', 'off', false],
    ['?sslmode=disable', 'off', false],
    ['?sslmode=prefer', 'whenOffered', false],
    ['?sslmode=require', 'always', false],
    ['?ssl=true', 'always', false],
    ['?sslmode=verify-full', 'always', true],
    ['?sslmode=verify-full&sslrootcert=system', 'always', true],
  ])('%s is %s, verified: %s', (query, mode, isVerified) => {
    expect(readTls(ADDRESS + query)).toEqual({ address: ADDRESS, tls: { mode, isVerified } });
  });

  test('leaves the rest of the address alone', () => {
    const { address } = readTls(`${ADDRESS}?sslmode=require&options=-c%20search_path%3Dx`);
    expect(new URL(address).searchParams.get('options')).toBe('-c search_path=x');
  });

  test('is refused with the words that it may have', () => {
    expect(() => readTls(`${ADDRESS}?sslmode=yes`)).toThrow(
      'sslmode must be one of disable, allow, prefer, require, verify-ca, verify-full, got "yes"',
    );
  });
});
