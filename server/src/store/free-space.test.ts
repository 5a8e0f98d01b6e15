import { describe, expect, test } from 'vitest';
import { FreeSpace } from './free-space.js';

const MIB = 1024 * 1024;

describe('the check of free space', () => {
  let bytes = 0;
  let now = 0;
  let looks = 0;
  const create = () => {
    looks = 0;
    const freeBytes = () => {
      looks += 1;
      return bytes;
    };
    return new FreeSpace({ directory: '/anywhere', freeBytes, clock: () => now });
  };

  test('accepts changes while enough space is free', () => {
    bytes = 64 * MIB;
    expect(() => create().assert()).not.toThrow();
  });

  test('rejects changes when space is low and names both numbers', () => {
    bytes = 63.9 * MIB;
    expect(() => create().assert()).toThrow('has 63 MiB left, changes need at least 64');
  });

  test('reads the free space at most twice a second', () => {
    const space = create();
    bytes = 64 * MIB;
    space.assert();
    bytes = 0;
    now += 499;
    space.assert();
    expect(looks).toBe(1);
    now += 1;
    expect(() => space.assert()).toThrow();
    bytes = 64 * MIB;
    now += 500;
    space.assert();
  });

  test('reads the free space of a real directory from the system', () => {
    expect(() => new FreeSpace({ directory: process.cwd() }).assert()).not.toThrow();
  });
});
