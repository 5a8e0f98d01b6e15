export const SOURCE_KINDS = ['prometheus', 'graphite', 'http-json', 'probe'] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** The result of one query of an external source. Missing data is a state, never a number. */
export interface Measurement {
  readonly status: 'OK' | 'BREACH' | 'NO_DATA' | 'ERROR';
  readonly value: number | null;
  /** Reason for a missing number, or the answer of the source; for users. */
  readonly message: string | null;
}

/** Values for `{{flag}}`, `{{release}}` and `{{environment}}` in a query or an address. */
export interface Placeholders {
  readonly flag: string;
  readonly release: string;
  readonly environment: string;
}

export function measured(value: number): Measurement {
  return { status: 'OK', value, message: null };
}

export function noData(message: string): Measurement {
  return { status: 'NO_DATA', value: null, message };
}

export function measurementError(message: string): Measurement {
  return { status: 'ERROR', value: null, message };
}
