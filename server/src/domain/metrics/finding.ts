const UNKNOWN_FLAG = 'unknown:';

/** The reason why events were not counted as sent. */
export type Finding =
  | 'dropped'
  | 'unattributed'
  | 'late'
  | 'future'
  | 'overflow'
  | 'malformed-sketch'
  | 'unknown-release'
  | 'ended-release'
  | 'unknown-phase'
  | 'unknown-metric'
  /** Evaluations of unknown flags beyond the limit of recorded names. */
  | 'unknown'
  | UnknownFlag;

export type UnknownFlag = `${typeof UNKNOWN_FLAG}${string}`;

/** Evaluations of an unknown flag. */
export function unknownFlag(key: string): UnknownFlag {
  return `${UNKNOWN_FLAG}${key}`;
}
