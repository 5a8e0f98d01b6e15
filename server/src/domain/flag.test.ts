import { describe, expect, it } from 'vitest';
import { configOfNewFlag, drawSeed } from './flag.js';

describe('drawSeed', () => {
  it('returns the key with dots for colons', () => {
    expect(drawSeed('team:checkout:v2', new Set())).toBe('team.checkout.v2');
  });

  it('appends the first suffix that no other flag has', () => {
    expect(drawSeed('a:b', new Set(['a.b', 'a.b-2']))).toBe('a.b-3');
  });
});

describe('configOfNewFlag', () => {
  it('fills in the variants of a boolean flag', () => {
    const variants = { on: true, off: false };
    expect(configOfNewFlag('boolean', variants, undefined)).toEqual({
      offVariant: 'off',
      onVariant: 'on',
      defaultVariant: 'off',
    });
  });

  it('uses the given off variant for other types, or the first variant', () => {
    const variants = { red: '#f00', blue: '#00f' };
    const rest = { onVariant: null, defaultVariant: null };
    expect(configOfNewFlag('string', variants, undefined)).toEqual({ offVariant: 'red', ...rest });
    expect(configOfNewFlag('string', variants, 'blue')).toEqual({ offVariant: 'blue', ...rest });
  });
});
