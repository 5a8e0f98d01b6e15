import { z } from '@hono/zod-openapi';
import { describe, expect, it } from 'vitest';
import { fieldErrorsOf } from './field-errors.js';

const schema = z.strictObject({
  key: z.string().min(2).max(4),
  kind: z.enum(['server', 'client']),
  limit: z.number().int().min(1).max(200).optional(),
  tags: z.array(z.string()).max(2).optional(),
  value: z.union([z.string(), z.number()]).optional(),
  nested: z.strictObject({ 'a/b': z.boolean() }).optional(),
});

const valid = { key: 'abc', kind: 'server' };

function errorsOf(change: Record<string, unknown>) {
  const input = { ...valid, ...change };
  const parsed = schema.safeParse(input);
  return parsed.error ? fieldErrorsOf(parsed.error, input) : [];
}

describe('the errors of invalid fields', () => {
  it.each([
    [{ key: undefined }, '/key', 'is missing: expected text'],
    [{ key: 5 }, '/key', 'must be text, got 5'],
    [{ key: null }, '/key', 'must be text, got null'],
    [{ key: 'a' }, '/key', 'must be text of at least 2 characters, got "a"'],
    [{ key: 'abcde' }, '/key', 'must be text of at most 4 characters, got "abcde"'],
    [{ kind: 'admin' }, '/kind', 'must be "server" or "client", got "admin"'],
    [{ limit: 0 }, '/limit', 'must be at least 1, got 0'],
    [{ limit: 1.5 }, '/limit', 'must be a whole number, got 1.5'],
    [{ limit: '5' }, '/limit', 'must be a number, got "5"'],
    [{ tags: ['a', 'b', 'c'] }, '/tags', /a list of at most 2 entries, got \["a","b","c"\]/],
    [{ tags: ['a', 1] }, '/tags/1', 'must be text, got 1'],
    [{ tags: {} }, '/tags', 'must be a list, got {}'],
    [{ value: true }, '/value', 'must be text or a number, got true'],
    [{ nested: { 'a/b': 1 } }, '/nested/a~1b', 'must be true or false, got 1'],
    [{ nested: { 'a/b': true, c: 1 } }, '/nested/c', 'this field is unknown'],
    [{ admin: true }, '/admin', 'this field is unknown'],
  ])('name the field of %j, the expected and the received value', (change, pointer, message) => {
    expect(errorsOf(change)).toEqual([
      { pointer, message: typeof message === 'string' ? message : expect.stringMatching(message) },
    ]);
  });

  it('do not quote the value of a secret field', () => {
    const credentials = z.strictObject({ password: z.string().min(12), token: z.string() });
    const input = { password: 'canary', token: 7 };
    const { error } = credentials.safeParse(input);
    expect(error && fieldErrorsOf(error, input)).toEqual([
      { pointer: '/password', message: 'must be text of at least 12 characters' },
      { pointer: '/token', message: 'must be text' },
    ]);
  });

  it('list every invalid field', () => {
    expect(errorsOf({ key: 1, kind: 2, x: 3 }).map(({ pointer }) => pointer)).toEqual([
      '/key',
      '/kind',
      '/x',
    ]);
  });

  it('shorten a long value', () => {
    const [error] = errorsOf({ key: 'x'.repeat(10_000) });
    expect(error?.message.length).toBeLessThan(150);
  });
});
