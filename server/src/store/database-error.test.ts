import { describe, expect, test } from 'vitest';
import { AppError } from '../domain/errors.js';
import { translateDatabaseError, unwrapRefusal } from './database-error.js';

const withCode = (code: string) => Object.assign(new Error('detail'), { code });

describe('a database error', () => {
  test.each([
    ['ECONNREFUSED', 'UNAVAILABLE'],
    ['ENOENT', 'UNAVAILABLE'],
    ['CONNECT_TIMEOUT', 'UNAVAILABLE'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'UNAVAILABLE'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'UNAVAILABLE'],
    ['08006', 'UNAVAILABLE'],
    ['25006', 'UNAVAILABLE'],
    ['28P01', 'UNAVAILABLE'],
    ['40P01', 'UNAVAILABLE'],
    ['53300', 'UNAVAILABLE'],
    ['53100', 'STORAGE_FULL'],
    ['55P03', 'UNAVAILABLE'],
    ['57014', 'UNAVAILABLE'],
    ['57P01', 'UNAVAILABLE'],
    ['22021', 'VALIDATION_FAILED'],
  ])('%s becomes %s and tells the caller nothing else', (code, expected) => {
    const original = withCode(code);
    const error = translateDatabaseError(original);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: expected, cause: original });
    expect((error as AppError).message).not.toContain('detail');
  });

  test.each(['23505', '23503', '42P01', 'EISDIR'])('%s stays what it is', (code) => {
    const original = withCode(code);
    expect(translateDatabaseError(original)).toBe(original);
  });

  test('contains the delay before a retry', () => {
    expect(translateDatabaseError(withCode('57P01'))).toMatchObject({
      details: { retryAfterSeconds: 1 },
    });
  });

  test.each([undefined, null, 'text', new Error('plain')])('leaves %s alone', (value) => {
    expect(translateDatabaseError(value)).toBe(value);
    expect(unwrapRefusal(value)).toBe(value);
  });

  test('is unwrapped from the error of the query builder', () => {
    const inner = new AppError('UNAVAILABLE', 'gone');
    expect(unwrapRefusal(new Error('Failed query', { cause: inner }))).toBe(inner);
  });
});
