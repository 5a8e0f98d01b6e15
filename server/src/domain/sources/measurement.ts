export const SOURCE_KINDS = ['prometheus', 'graphite', 'http-json', 'probe'] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** What one look at the outside gave. No data is a state of its own, never a number. */
export interface Measurement {
  readonly status: 'OK' | 'BREACH' | 'NO_DATA' | 'ERROR';
  readonly value: number | null;
  /** Why there is no number, or what was answered; for people. */
  readonly message: string | null;
}

/** What a query or an address may name as `{{flag}}`, `{{release}}` and `{{environment}}`. */
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
