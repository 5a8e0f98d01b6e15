import { describe, expect, it } from 'vitest';
import { matchingOptions } from './combo-option.js';
import { compareLines } from './diff-lines.js';
import { describeAge } from './format-time.js';
import { splitTokens } from './split-tokens.js';

describe('describeAge', () => {
  const now = Date.parse('2026-01-31T12:00:00.000Z');

  it.each([
    ['2026-01-31T11:59:30.000Z', 'just now'],
    ['2026-01-31T11:57:00.000Z', '3 min ago'],
    ['2026-01-31T07:00:00.000Z', '5 h ago'],
    ['2026-01-30T11:00:00.000Z', '1 day ago'],
    ['2026-01-21T12:00:00.000Z', '10 days ago'],
    ['2026-01-31T14:00:00.000Z', 'in 2 h'],
    ['never', 'never'],
  ])('describes %s as %j', (at, text) => {
    expect(describeAge(at, now)).toBe(text);
  });

  it('returns the date when the time is long ago', () => {
    expect(describeAge('2024-05-06T12:00:00.000Z', now)).toContain('2024');
  });
});

describe('compareLines', () => {
  it('marks added and removed lines', () => {
    expect(compareLines('a\nb', 'a\nc')).toEqual([
      { kind: 'same', text: 'a' },
      { kind: 'removed', text: 'b' },
      { kind: 'added', text: 'c' },
    ]);
  });

  it('omits the middle of a long run of equal lines', () => {
    const same = Array.from({ length: 20 }, (_, index) => `line ${index}`).join('\n');
    const lines = compareLines(`${same}\nold`, `${same}\nnew`, 2);
    expect(lines.map(({ text }) => text)).toEqual([
      'line 0',
      'line 1',
      '…',
      'line 18',
      'line 19',
      'old',
      'new',
    ]);
  });

  it('marks all lines as added when the text before was empty', () => {
    expect(compareLines('', 'a')).toEqual([{ kind: 'added', text: 'a' }]);
  });
});

describe('splitTokens', () => {
  it('splits lists with any of the separators', () => {
    expect(splitTokens(' a, b;\tc\r\nd ,, ')).toEqual(['a', 'b', 'c', 'd']);
    expect(splitTokens('two words')).toEqual(['two words']);
  });
});

describe('matchingOptions', () => {
  it('matches options that contain every word in any position', () => {
    const options = [
      { value: 'a', label: 'checkout', hint: 'New page' },
      { value: 'b', label: 'checkout-old' },
    ];
    expect(matchingOptions(options, 'page CHECK').map(({ value }) => value)).toEqual(['a']);
    expect(matchingOptions(options, '')).toHaveLength(2);
  });
});
