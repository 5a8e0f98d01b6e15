import type { Condition } from '@sluice/sdk/core';
import { describe, expect, it } from 'vitest';
import { closureOfSegments, dependentsOfSegment } from './segment-closure.js';
import { problemsOfProposedSegment, problemsOfSegmentUsers } from './segment-problems.js';

const leaf: Condition = { attribute: 'a', operator: 'exists', values: [] };
const nested = (depth: number): Condition =>
  Array.from({ length: depth - 1 }).reduce<Condition>((inner) => ({ not: inner }), leaf);
const segments = (entries: Readonly<Record<string, Condition>>) => new Map(Object.entries(entries));

const web = segments({
  bottom: leaf,
  left: { segment: 'bottom' },
  right: { any: [{ segment: 'bottom' }, leaf] },
  top: { all: [{ segment: 'left' }, { segment: 'right' }, { segment: 'missing' }] },
  aside: leaf,
});

describe('the segments related to a segment', () => {
  it('include every reachable segment once', () => {
    expect(Object.keys(closureOfSegments(['top'], web)).sort()).toEqual([
      ...['bottom', 'left', 'right', 'top'],
    ]);
    expect(closureOfSegments(['missing'], web)).toEqual({});
  });

  it('include every segment that depends on it', () => {
    expect([...dependentsOfSegment('bottom', web)].sort()).toEqual([
      ...['bottom', 'left', 'right', 'top'],
    ]);
    expect([...dependentsOfSegment('aside', web)]).toEqual(['aside']);
  });

  it('are found in cycles too', () => {
    const circle = segments({ a: { segment: 'b' }, b: { segment: 'a' } });
    expect([...dependentsOfSegment('a', circle)].sort()).toEqual(['a', 'b']);
    expect(Object.keys(closureOfSegments(['a'], circle)).sort()).toEqual(['a', 'b']);
    expect(problemsOfProposedSegment('a', circle)).toMatchObject([{ pointer: '/when' }]);
  });
});

describe('problemsOfSegmentUsers', () => {
  const rule = { id: 'r', when: { segment: 'top' }, serve: { variant: 'on' } } as const;
  const config = { environmentKey: 'production', flagKey: 'awesome', rules: [rule] };

  it('returns no issue while every rule can use the segment', () => {
    const all = segments({ deep: nested(18), top: { segment: 'deep' } });
    expect(problemsOfSegmentUsers('deep', all, [config])).toEqual([]);
  });

  it('names the rule and the segment for which it became too deep', () => {
    const all = segments({ deep: nested(19), top: { segment: 'deep' } });
    expect(problemsOfSegmentUsers('deep', all, [config])).toEqual([
      {
        pointer: '/when',
        message: expect.stringMatching(
          /^rule "r" of flag "awesome" in production could not use it/,
        ),
      },
    ]);
    const deeper = segments({ deep: nested(20), top: { segment: 'deep' } });
    expect(problemsOfSegmentUsers('deep', deeper, [])).toEqual([
      { pointer: '/when', message: expect.stringMatching(/^segment "top" could not use it/) },
    ]);
  });
});
