import { describe, expect, it } from 'vitest';
import { GroupPace } from './pace.js';

const FEW = 2_500;

describe('the pace of groups', () => {
  it('follows the time of storing within its limits', () => {
    const pace = new GroupPace(100);
    for (let group = 0; group < 20; group += 1) pace.learn(5_000, 50);
    expect(pace.weightMax(0)).toBeCloseTo(10_000, -3);
    for (let group = 0; group < 20; group += 1) pace.learn(5_000, 1);
    expect(pace.weightMax(0)).toBe(20_000);
    for (let group = 0; group < 20; group += 1) pace.learn(5_000, 5_000);
    expect(pace.weightMax(0)).toBe(FEW);
  });

  it('changes little after one slow group, and not at all after a light one', () => {
    const pace = new GroupPace(100);
    for (let group = 0; group < 20; group += 1) pace.learn(5_000, 50);
    pace.learn(5_000, 100);
    expect(pace.weightMax(0)).toBeGreaterThan(7_000);
    const before = pace.weightMax(0);
    pace.learn(3, 500);
    expect(pace.weightMax(0)).toBe(before);
  });

  it('takes half of the queue when storing cannot keep up', () => {
    const pace = new GroupPace(25);
    for (let group = 0; group < 20; group += 1) pace.learn(1_000, 200);
    expect(pace.weightMax(1_000)).toBe(FEW);
    expect(pace.weightMax(16_000)).toBe(8_000);
    expect(pace.weightMax(1_000_000)).toBe(20_000);
  });
});
