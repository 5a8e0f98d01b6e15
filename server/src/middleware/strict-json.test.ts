import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JSON_DEPTH_MAX, parseStrictJson } from './strict-json.js';

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

describe('the strict JSON parser', () => {
  it.each([
    '{}',
    'null',
    '"text"',
    ' [1, -2.5e3, true, false, null, "a,b:{}[]"] ',
    '{"a":{"b":[{"c":1},{"c":2}]},"d":[]}',
    '{"a\\"b":"\\\\","c":"\\\\\\"","":{}}',
    '{"a":{"x":1},"b":{"x":1}}',
    '{"emoji":"😀","escaped":"\\ud83d\\ude00"}',
    nested(JSON_DEPTH_MAX),
  ])('accepts unambiguous JSON: %s', (text) => {
    expect(parseStrictJson(text)).toEqual({ value: JSON.parse(text) });
  });

  it.each(['', '{', '{"a":1,}', "{'a':1}", 'undefined', '{"a":NaN}', '{"a":1}{"b":2}', '\u0000'])(
    'rejects invalid JSON: %j',
    (text) => {
      expect(parseStrictJson(text)).toEqual({ problem: 'the body is not valid JSON' });
    },
  );

  it.each([
    ['{"a":1,"b":2,"a":3}', '/a', 'this name stands twice in one object'],
    ['{"a":1,"\\u0061":3}', '/a', 'this name stands twice in one object'],
    ['{"rules":[{"id":"x"},{"id":"y","id":"z"}]}', '/rules/1/id', /twice/],
    ['{"a/b":{"~":1,"~":2}}', '/a~1b/~0', /twice/],
    ['{"__proto__":{"admin":true}}', '/__proto__', 'this name is not allowed'],
    ['{"a":[{"\\u005f_proto__":1}]}', '/a/0/__proto__', 'this name is not allowed'],
    ['{"name":"a\\u0000b"}', '/name', 'text must not contain U+0000'],
    ['{"a\\u0000":1}', '/a\u0000', 'text must not contain U+0000'],
    ['["\\ud800"]', '/0', 'text must be whole Unicode, without lone surrogates'],
    ['[1,["x","\\udc00\\ud800"]]', '/1/1', /lone surrogates/],
  ])('rejects ambiguous JSON and names the field: %s', (text, pointer, message) => {
    const parsed = parseStrictJson(text);
    expect(parsed).toMatchObject({
      error: {
        pointer,
        message: typeof message === 'string' ? message : expect.stringMatching(message),
      },
    });
  });

  it('rejects nesting beyond the limit, however deep', () => {
    for (const depth of [JSON_DEPTH_MAX + 1, 100_000]) {
      expect(parseStrictJson(nested(depth))).toMatchObject({
        problem: expect.stringContaining(`is nested deeper than ${JSON_DEPTH_MAX} levels`),
      });
    }
  });

  it('returns the same value as JSON.parse, or rejects the text', () => {
    const text = fc.oneof(fc.json({ maxDepth: 5 }), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(text, (json) => {
        const parsed = parseStrictJson(json);
        if ('value' in parsed) expect(parsed.value).toEqual(JSON.parse(json));
        else expect(parsed.problem).toMatch(/not valid JSON|U\+0000|surrogates|not allowed/);
      }),
      { numRuns: 500 },
    );
  });
});
