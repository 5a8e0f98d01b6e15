import { describe, expect, it } from 'vitest';
import { unitFor } from './duration-units.js';

describe('unitFor', () => {
  it('returns the largest unit in which a duration is a whole number', () => {
    expect([0, 45, 90, 1_800, 5_400, 7_200, 172_800].map(unitFor)).toEqual(
      'min s s min min h d'.split(' '),
    );
  });
});
