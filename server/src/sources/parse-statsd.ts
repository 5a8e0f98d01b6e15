import { isValidKey } from '@sluice/sdk/core';

/** One line of a StatsD packet. */
export interface StatsdSample {
  readonly name: string;
  readonly kind: 'counter' | 'timer' | 'gauge';
  readonly value: number;
  /** The number of events that the sample represents: 10 at a sample rate of 0.1. */
  readonly weight: number;
  /** Whether a gauge is relative: `+2` or `-2` changes the previous value. */
  readonly isChange: boolean;
}

const LINE = /^([^:|]+):([+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)\|(c|ms|g|h|d)((?:\|[@#c:][^|]*)*)$/i;
const VALUE_MAX = 1e12;
const RATE_MIN = 1e-6;
const KINDS = { c: 'counter', g: 'gauge', ms: 'timer', h: 'timer', d: 'timer' } as const;

/** Returns null for a malformed line. Tags are ignored, because metrics have only a name. */
export function parseStatsdLine(line: string): StatsdSample | null {
  const match = LINE.exec(line);
  if (match === null) return null;
  const [, name = '', text = '', code = '', options = ''] = match;
  const kind = KINDS[code.toLowerCase() as keyof typeof KINDS];
  const value = Number(text);
  const rate = rateOf(options);
  const isPossible = kind === 'gauge' || value >= 0;
  if (!isValidKey(name) || rate === null || !isPossible || Math.abs(value) > VALUE_MAX) return null;
  const isChange = kind === 'gauge' && /^[+-]/.test(text);
  return { name, kind, value, weight: kind === 'gauge' ? 1 : 1 / rate, isChange };
}

function rateOf(options: string): number | null {
  const given = options.split('|').find((option) => option.startsWith('@'));
  if (given === undefined) return 1;
  const rate = /^@\d*\.?\d+(e-?\d+)?$/i.test(given) ? Number(given.slice(1)) : Number.NaN;
  return rate >= RATE_MIN && rate <= 1 ? rate : null;
}
