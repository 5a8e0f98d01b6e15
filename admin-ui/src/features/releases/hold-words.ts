import type { Hold } from '../../api/types.js';

const WORDS: Readonly<Record<Hold['code'], string>> = {
  FREEZE: 'Freeze',
  WINDOW: 'Outside its window',
  HOLD_UNTIL: 'Held by hand',
  DEPENDENCY: 'Another flag is in the way',
  STALE_DATA: 'Waits for data',
  NO_DATA: 'No data',
  SOURCE_ERROR: 'A source fails',
  BAKE: 'Bakes',
  UNITS: 'Too few people yet',
  IMMATURE: 'Too early to tell',
  SUSPICIOUS: 'Something looks worse',
  NOT_EARNED: 'Not earned yet',
  UNSTABLE_UNITS: 'People change sides',
};

/** The title for a reason to hold. The message beside it contains the numbers. */
export function holdWords(code: Hold['code']): string {
  return WORDS[code] ?? code;
}
