const UNKNOWN_FLAG = 'unknown:';

/** Why events were not counted as they were sent. */
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
  /** Evaluations of flags that do not exist, beyond the names that are kept. */
  | 'unknown'
  | UnknownFlag;

export type UnknownFlag = `${typeof UNKNOWN_FLAG}${string}`;

/** Evaluations of a flag that does not exist. */
export function unknownFlag(key: string): UnknownFlag {
  return `${UNKNOWN_FLAG}${key}`;
}
