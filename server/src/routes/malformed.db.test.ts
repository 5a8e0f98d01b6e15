import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Ask, ask, problemOf } from '../../../test/support/ask.js';
import { SAME_ORIGIN } from '../../../test/support/sign-in.js';
import { ADMIN_KEY, withSluice } from '../../../test/support/sluice.js';

const KIB = 1024;
const FLAGS = '/api/v1/projects/default/flags';
const KEYS = '/api/v1/projects/default/keys';
const SEGMENTS = '/api/v1/projects/default/segments';
const PROJECTS = '/api/v1/projects';
const CONFIG = '/api/v1/projects/default/environments/production/flags/stands';
const json = { 'Content-Type': 'application/json' };

const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const raw = (text: BodyInit, headers: Ask['headers'] = json) => ({ raw: text, headers });

/** What is sent, the expected status, and texts that the response must contain. */
type Case = readonly [title: string, path: string, asked: Ask, status: number, says: string[]];

const UNREADABLE: readonly Case[] = [
  ['no JSON', FLAGS, raw('{key: 1}'), 400, ['MALFORMED_BODY', 'not valid JSON']],
  ['half of it', FLAGS, raw('{"key":"aw'), 400, ['MALFORMED_BODY']],
  ['two documents', FLAGS, raw('{"key":"a"}{"key":"b"}'), 400, ['MALFORMED_BODY']],
  ['other bytes than UTF-8', FLAGS, raw(new Uint8Array([0x22, 0xff, 0x22])), 400, ['UTF-8']],
  ['a name twice', FLAGS, raw('{"key":"a","key":"b"}'), 400, ['/key', 'twice']],
  ['U+0000', FLAGS, raw('{"key":"a","name":"x\\u0000"}'), 400, ['/name', 'U+0000']],
  ['half a character', FLAGS, raw('{"key":"a","name":"\\ud800"}'), 400, ['/name', 'surrogates']],
  ['__proto__', FLAGS, raw('{"key":"a","__proto__":{}}'), 400, ['/__proto__', 'not allowed']],
  ['a deep __proto__', FLAGS, raw('{"variants":{"a":[{"__proto__":1}]}}'), 400, ['/variants/a/0']],
  ['65 levels', FLAGS, raw(nested(65)), 400, ['MALFORMED_BODY', 'deeper than 64']],
  ['100,000 levels', FLAGS, raw(nested(100_000)), 400, ['deeper than 64']],
  ['a form', FLAGS, raw('key=a', { 'Content-Type': 'application/x-www-form-urlencoded' }), 415, []],
  ['plain text', FLAGS, raw('{"key":"a"}', { 'Content-Type': 'text/plain' }), 415, ['text/plain']],
  ['no type', FLAGS, raw(new Uint8Array([123, 125]), {}), 415, ['Content-Type', 'got none']],
  ['a type like JSON', FLAGS, raw('{}', { 'Content-Type': 'application/jsonx' }), 415, ['jsonx']],
  [
    'gzip',
    FLAGS,
    raw(gzipSync('{"key":"a"}'), { ...json, 'Content-Encoding': 'gzip' }),
    415,
    ['Content-Encoding', 'uncompressed'],
  ],
  ['more than 1 MiB', FLAGS, raw(`"${'x'.repeat(1024 * KIB)}"`), 413, ['at most 1048576 bytes']],
  ['1 MiB in chunks', FLAGS, raw(chunks(1025)), 413, ['at most 1048576 bytes']],
  ['64 KiB to sign in', '/api/v1/session', raw(chunks(65)), 413, ['at most 65536 bytes']],
  ['64 KiB to set up', '/api/v1/setup', raw(chunks(65)), 413, ['at most 65536 bytes']],
];

const INVALID: readonly Case[] = [
  ['a list', FLAGS, { json: [] }, 400, ['must be an object']],
  ['null', FLAGS, { json: null }, 400, ['must be an object, got null']],
  ['nothing', FLAGS, {}, 400, ['/key', 'is missing']],
  ['a number for a key', FLAGS, { json: { key: 5 } }, 400, ['/key', 'must be text, got 5']],
  ['an empty key', FLAGS, { json: { key: '' } }, 400, ['/key', 'got \\"\\"']],
  ['a key with a slash', FLAGS, { json: { key: 'a/b' } }, 400, ['/key', 'a/b']],
  ['101 characters', FLAGS, { json: { key: 'x'.repeat(101) } }, 400, ['/key', '99']],
  ['a key of prototypes', FLAGS, { json: { key: 'constructor' } }, 400, ['/key', 'reserved']],
  ['an unknown field', FLAGS, { json: { key: 'a', admin: true } }, 400, ['/admin', 'unknown']],
  ['an unknown type', FLAGS, { json: { key: 'a', type: 'date' } }, 400, ['/type', 'date']],
  ['a bad tag', FLAGS, { json: { key: 'a', tags: ['ok', 7] } }, 400, ['/tags/1', 'got 7']],
  ['a project without key', PROJECTS, { json: { name: 'n' } }, 400, ['/key', 'is missing']],
  ['a key of a project', PROJECTS, { json: { key: '../x' } }, 400, ['/key']],
  ['a kind of key', KEYS, { json: { kind: 'root', name: 'n' } }, 400, ['/kind', 'root']],
  ['a nameless key', KEYS, { json: { kind: 'admin', name: ' ' } }, 400, ['/name']],
  ['a key of no environment', KEYS, { json: { kind: 'server', name: 'n' } }, 400, ['/environment']],
  [
    'an admin key of an environment',
    KEYS,
    { json: { kind: 'admin', name: 'n', environment: 'production' } },
    400,
    ['/environment', 'absent'],
  ],
  [
    'a key that has expired',
    KEYS,
    { json: { kind: 'admin', name: 'n', expiresAt: '2020-01-01T00:00:00Z' } },
    400,
    ['/expiresAt', 'future'],
  ],
  [
    'a time that is none',
    KEYS,
    { json: { kind: 'admin', name: 'n', expiresAt: 'soon' } },
    400,
    ['/expiresAt'],
  ],
  ['a segment of nothing', SEGMENTS, { json: { key: 'a', when: 5 } }, 400, ['/when']],
  ['an empty kill', `${CONFIG}/kill`, { json: { reason: '' } }, 400, ['/reason']],
  ['a kill without why', `${CONFIG}/kill`, {}, 400, ['/reason', 'is missing']],
  [
    'an e-mail in a list',
    '/api/v1/session',
    { json: { email: ['a'], password: 'b' } },
    400,
    ['/email'],
  ],
  ['a token as number', '/api/v1/setup', { json: { token: 1 } }, 400, ['/token', 'must be text']],
];

const GETS: readonly Case[] = [
  ['a limit of nothing', `${KEYS}?limit=`, {}, 400, ['query parameter', 'limit']],
  ['a limit of 0', `${KEYS}?limit=0`, {}, 400, ['limit', 'at least 1']],
  ['a limit of 201', `${KEYS}?limit=201`, {}, 400, ['limit', 'at most 200']],
  ['a limit in words', `${KEYS}?limit=many`, {}, 400, ['limit', 'number']],
  ['two limits', `${KEYS}?limit=1&limit=2`, {}, 400, ['limit']],
  ['an unknown parameter', `${KEYS}?sort=name`, {}, 400, ['sort', 'unknown']],
  ['%00 in a parameter', `${FLAGS}?search=%00`, {}, 400, ['%00']],
  ['%00 in the path', '/api/v1/projects/a%00b', {}, 400, ['%00']],
  ['bytes that are no UTF-8', '/api/v1/projects/%ff%fe', {}, 404, ['NOT_FOUND']],
  ['a very long key', `/api/v1/projects/${'x'.repeat(4000)}`, {}, 404, ['NOT_FOUND']],
  ['a path that is none', '/api/v1/nothing', {}, 404, ['there is no GET /api/v1/nothing']],
];

describe('a malformed request', () => {
  const server = withSluice('embedded', {
    SLUICE_INIT_ADMIN: 'admin@example.com:correct horse battery',
  });
  const prototype = Object.getOwnPropertyNames(Object.prototype).join();
  let stored = '';

  const send = (path: string, asked: Ask) => {
    return ask(server.url + path, { method: 'POST', key: ADMIN_KEY, ...asked });
  };

  /** The newest audit entries, which would show any stored change. */
  const audit = async () => {
    const path = '/api/v1/projects/default/audit?limit=5';
    return (await ask(server.url + path, { key: ADMIN_KEY })).text;
  };

  beforeAll(async () => {
    await send(FLAGS, { json: { key: 'stands' } });
    stored = await audit();
  });

  afterAll(() => {
    expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(prototype);
  });

  it.each(UNREADABLE)('is rejected with %s in its body', async (_, path, asked, status, says) => {
    expectProblem(await send(path, asked), status, says);
    expect(await audit()).toBe(stored);
  });

  it.each(INVALID)('is rejected with %s, and the error names the field', async (...row) => {
    const [, path, asked, status, says] = row;
    expectProblem(await send(path, asked), status, ['VALIDATION_FAILED', ...says]);
    expect(await audit()).toBe(stored);
  });

  it.each(GETS)('is rejected with %s', async (_, path, asked, status, says) => {
    expectProblem(await send(path, { ...asked, method: 'GET' }), status, says);
  });

  it.each([
    [undefined, 'got nothing'],
    ['', "got ''"],
    ['3', "got '3'"],
    ['*', "got '*'"],
    ['W/3', "got 'W/3'"],
    ['"3", "4"', 'got'],
    ['"-1"', 'got'],
    ['"1e9"', 'got'],
    ['"99999999999999999999"', 'got'],
  ])('is rejected with If-Match %j when it changes something', async (header, says) => {
    const headers = header === undefined ? {} : { 'If-Match': header };
    const answer = await send('/api/v1/projects/default', {
      method: 'PUT',
      json: { name: 'n' },
      headers: { ...json, ...headers },
    });
    expectProblem(answer, 428, ['VERSION_REQUIRED', says]);
  });

  it('may contain a version in If-Match that a proxy has made weak', async () => {
    const answer = await send('/api/v1/projects/default', {
      method: 'PUT',
      json: { name: 'n' },
      headers: { ...json, 'If-Match': 'W/"999"' },
    });
    expectProblem(answer, 412, ['VERSION_STALE']);
  });

  it.each([
    'sluice=',
    'sluice=short',
    `sluice=${'a'.repeat(43)}`,
    `sluice=${'é'.repeat(43)}`,
    `sluice=${'a'.repeat(7000)}`,
    `sluice=%00${'a'.repeat(40)}`,
    ';;;=;=a;sluice',
    `__Host-sluice=${'a'.repeat(43)}`,
  ])('is not authenticated by the cookie %s', async (cookie) => {
    const headers = { Cookie: encodeURI(cookie), ...SAME_ORIGIN };
    expectProblem(await ask(`${server.url}${PROJECTS}`, { headers }), 401, ['UNAUTHENTICATED']);
  });

  it.each([
    '',
    'Bearer',
    'Bearer ',
    'Basic YWRtaW46YWRtaW4=',
    `Bearer ${ADMIN_KEY} ${ADMIN_KEY}`,
    `Bearer ${ADMIN_KEY}x`,
    `Bearer ${ADMIN_KEY.slice(1)}`,
    `Bearer ${'x'.repeat(5000)}`,
    "Bearer ' or 1=1 --",
    `Token ${ADMIN_KEY}`,
  ])('is not authenticated by the authorization %j', async (Authorization) => {
    for (const path of [PROJECTS, '/sdk/v1/ruleset']) {
      const answer = await ask(server.url + path, { headers: { Authorization } });
      expectProblem(answer, 401, ['UNAUTHENTICATED']);
      expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer');
    }
  });

  it('is answered with the allowed methods when its method is wrong', async () => {
    const answer = await send(PROJECTS, { method: 'PATCH', json: {} });
    expectProblem(answer, 405, ['METHOD_NOT_ALLOWED', 'GET, HEAD, POST']);
    expect(answer.headers.get('Allow')).toBe('GET, HEAD, POST');
  });

  it('never causes an error in the log', () => {
    const errors = server
      .logged()
      .split('\n')
      .filter((line) => line.includes('"level":"error"'));
    expect(errors).toEqual([]);
  });
});

function expectProblem(answer: Answer, status: number, says: readonly string[]): void {
  expect(answer.status, answer.text).toBe(status);
  expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
  expect(problemOf(answer)).toMatchObject({
    type: 'about:blank',
    status,
    code: expect.stringMatching(/^[A-Z_]+$/),
    title: expect.any(String),
    detail: expect.any(String),
    requestId: answer.headers.get('X-Request-Id'),
  });
  for (const words of says) expect(answer.text).toContain(words);
}

/** A stream is sent in chunks, without a `Content-Length`. */
function chunks(kibCount: number): ReadableStream<Uint8Array> {
  let left = kibCount;
  return new ReadableStream({
    pull(controller) {
      if (left === 0) return controller.close();
      left -= 1;
      controller.enqueue(new Uint8Array(KIB).fill(0x20));
    },
  });
}
