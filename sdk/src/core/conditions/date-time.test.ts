import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { PROPERTY_TIMEOUT_MS, runs } from '../../../../test/conformance/property-runs.js';
import { parseDateTime } from './date-time.js';

vi.setConfig({ testTimeout: PROPERTY_TIMEOUT_MS });

const YEAR_0 = Date.parse('0000-01-01T00:00:00Z');
const YEAR_9999 = Date.parse('9999-12-31T23:59:59.999Z');

test('every ISO text of a date is parsed as that date', () => {
  const dates = fc.date({ min: new Date(YEAR_0), max: new Date(YEAR_9999), noInvalidDate: true });
  fc.assert(
    fc.property(dates, (date) => {
      expect(parseDateTime(date.toISOString())).toBe(date.getTime());
      expect(parseDateTime(date.toISOString().toLowerCase())).toBe(date.getTime());
    }),
    runs(1_000),
  );
});

test('an offset shifts the instant by exactly the offset', () => {
  const dates = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true });
  const offset = fc.integer({ min: -(24 * 60 - 1), max: 24 * 60 - 1 });
  fc.assert(
    fc.property(dates, offset, (date, minutes) => {
      const local = new Date(date.getTime() + minutes * 60_000).toISOString();
      expect(parseDateTime(local.replace('Z', offsetText(minutes)))).toBe(date.getTime());
    }),
    runs(1_000),
  );
});

test('a day is accepted exactly when it exists in the calendar', () => {
  for (let year = 1890; year <= 2110; year++) {
    for (let month = 0; month <= 13; month++) {
      const days = month < 1 || month > 12 ? 0 : new Date(Date.UTC(year, month, 0)).getUTCDate();
      for (const day of [0, 1, 28, 29, 30, 31, 32]) {
        const text = `${year}-${pad(month)}-${pad(day)}T00:00:00Z`;
        expect(parseDateTime(text) !== undefined).toBe(day >= 1 && day <= days);
      }
    }
  }
});

test('a fraction of any length is truncated to milliseconds, in linear time', () => {
  const text = `1970-01-01T00:00:00.${'9'.repeat(1_000_000)}Z`;
  expect(parseDateTime(text)).toBe(999);
  expect(parseDateTime(`${text}!`)).toBeUndefined();
});

function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
}

function pad(number: number): string {
  return String(number).padStart(2, '0');
}
