import { describe, expect, it } from 'vitest';
import { configOfNewFlag, drawSeed } from './flag.js';

describe('drawSeed', () => {
  it('is the key, with dots for colons', () => {
    expect(drawSeed('team:checkout:v2', new Set())).toBe('team.checkout.v2');
  });

  it('gets the first suffix that no other flag has', () => {
    expect(drawSeed('a:b', new Set(['a.b', 'a.b-2']))).toBe('a.b-3');
  });
});

describe('configOfNewFlag', () => {
  it('knows what a boolean flag does', () => {
    const variants = { on: true, off: false };
    expect(configOfNewFlag('boolean', variants, undefined)).toEqual({
      offVariant: 'off',
      onVariant: 'on',
      defaultVariant: 'off',
    });
  });

  it('takes the given off variant of other types, else the first', () => {
    const variants = { red: '#f00', blue: '#00f' };
    const rest = { onVariant: null, defaultVariant: null };
    expect(configOfNewFlag('string', variants, undefined)).toEqual({ offVariant: 'red', ...rest });
    expect(configOfNewFlag('string', variants, 'blue')).toEqual({ offVariant: 'blue', ...rest });
  });
});
