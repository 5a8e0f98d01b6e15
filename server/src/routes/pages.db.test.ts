import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, ask } from '../../../test/support/ask.js';
import { type FreshDatabase, freshDatabase } from '../../../test/support/database.js';
import {
  ADMIN_KEY,
  SERVER_KEY,
  type StartedSluice,
  startSluice,
  withSluice,
} from '../../../test/support/sluice.js';

const INDEX = '<!doctype html><html><head><base href="/" /><title>UI</title></head></html>';
const SCRIPT = `console.log(${'1 + '.repeat(500)}1)`;

const COMMON = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};
const DATA = { ...COMMON, 'content-security-policy': "default-src 'none'; frame-ancestors 'none'" };
const PAGE = {
  ...COMMON,
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'self'; " +
    "frame-ancestors 'none'",
};

/** Headers that vary or belong to the transport, and are not compared. */
const PASSING = [
  ...['date', 'connection', 'keep-alive', 'content-length'],
  ...['x-request-id', 'etag', 'sluice-time'],
];

describe('a built admin UI', () => {
  let directory: string;
  let fresh: FreshDatabase;
  let server: StartedSluice;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sluice-ui-'));
    await mkdir(join(directory, 'dist/assets'), { recursive: true });
    await writeFile(join(directory, 'dist/index.html'), INDEX);
    await writeFile(join(directory, 'dist/favicon.svg'), '<svg/>');
    await writeFile(join(directory, 'dist/assets/app-C0dUIrQY.js'), SCRIPT);
    await writeFile(join(directory, 'secret.txt'), 'canary');
    fresh = await freshDatabase('embedded');
    server = await startSluice({
      database: fresh.options,
      environment: { SLUICE_PUBLIC_URL: 'https://example.com/tools/flags' },
      adminUiDirectory: join(directory, 'dist'),
    });
  });

  afterAll(async () => {
    await server?.close();
    await fresh?.remove();
    await rm(directory, { recursive: true });
  });

  it.each([
    '/',
    '/setup',
    '/default/production/flags/checkout.v2',
    '/api/production/flags',
    '/tools/flags',
    '/tools/flags/',
    '/tools/flags/default/production/flags',
  ])('answers %s with its page, whose <base> is the base path', async (path) => {
    const answer = await ask(server.url + path);
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('<head>\n    <base href="/tools/flags/">');
    expect(answer.text.match(/<base/g)).toHaveLength(1);
  });

  it.each([
    ['/index.html', 200, 'text/html; charset=utf-8'],
    ['/favicon.svg', 200, 'image/svg+xml'],
    ['/tools/flags/favicon.svg', 200, 'image/svg+xml'],
    ['/assets/app-C0dUIrQY.js', 200, 'text/javascript; charset=utf-8'],
    ['/assets/app-00000000.js', 404, 'application/problem+json'],
    ['/favicon.ico', 404, 'application/problem+json'],
    ['/api/v1/nothing', 401, 'application/problem+json'],
    ['/api/v2/nothing', 404, 'application/problem+json'],
    ['/sdk/v1/nothing', 401, 'application/problem+json'],
  ])('answers %s with %d and %s', async (path, status, type) => {
    const answer = await ask(server.url + path);
    expect([answer.status, answer.headers.get('Content-Type')]).toEqual([status, type]);
  });

  it('lets browsers cache hashed files and revalidate all others', async () => {
    const asset = await ask(`${server.url}/assets/app-C0dUIrQY.js`);
    expect(asset.headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable');
    const page = await ask(server.url);
    expect(page.headers.get('Cache-Control')).toBe('no-cache');
    const headers = { 'If-None-Match': page.headers.get('ETag') as string };
    expect((await ask(server.url, { headers })).status).toBe(304);
  });

  it('is compressed for clients that accept gzip', async () => {
    const path = '/assets/app-C0dUIrQY.js';
    const plain = await get(server.url, path);
    expect([plain.headers['content-encoding'], plain.bytes.toString()]).toEqual([
      undefined,
      SCRIPT,
    ]);
    const small = await get(server.url, path, { 'Accept-Encoding': 'br, gzip' });
    expect(small.headers['content-encoding']).toBe('gzip');
    expect(small.headers.vary).toBe('Accept-Encoding');
    expect(gunzipSync(small.bytes).toString()).toBe(SCRIPT);
    expect(small.bytes.length).toBeLessThan(200);
  });

  it.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/assets/%2e%2e/%2e%2e/secret.txt',
    '/assets/..%252f..%252fsecret.txt',
    '/assets/..\\..\\secret.txt',
    '//secret.txt',
    '/tools/flags/../../secret.txt',
    '/%2e%2e%2fsecret.txt',
    '/assets/app-C0dUIrQY.js/../../../secret.txt',
  ])('serves no file outside its directory: %s', async (path) => {
    const { bytes } = await get(server.url, path);
    expect(bytes.toString()).not.toContain('canary');
  });
});

describe('the responses of the server', () => {
  const server = withSluice('embedded');

  it.each([
    ['a page', '/', {}, { ...PAGE, 'content-type': 'text/html; charset=UTF-8' }],
    ['a probe', '/livez', {}, { ...DATA, 'content-type': 'application/json' }],
    ['the API', '/api/v1/projects', { key: ADMIN_KEY }, api('application/json')],
    ['the document', '/api/v1/openapi.json', {}, api('application/json')],
    [
      'a refusal',
      '/api/v1/projects',
      {},
      { ...api('application/problem+json'), 'www-authenticate': 'Bearer' },
    ],
    ['what is not found', '/api/v1/no', { key: ADMIN_KEY }, api('application/problem+json')],
    [
      'a ruleset',
      '/sdk/v1/ruleset',
      { key: SERVER_KEY, headers: { 'Accept-Encoding': 'identity' } },
      { ...api('application/json', 'private, no-cache'), vary: 'Accept-Encoding' },
    ],
  ])('have the security headers: %s', async (_, path, asked, expected) => {
    const answer = await ask(server.url + path, asked);
    expect(headersOf(answer)).toEqual(expected);
    expect(answer.headers.get('X-Request-Id')).toMatch(/^[0-9A-Z]{26}$/);
  });

  it('explain in one line how to build a missing admin UI', async () => {
    const answer = await ask(server.url);
    expect(answer.status).toBe(503);
    expect(answer.text).toContain('run "npm run build" and start again');
  });

  it('have a request id from the server, whatever id the caller sends', async () => {
    const headers = { 'X-Request-Id': 'forged' };
    const answer = await ask(`${server.url}/api/v1/projects`, { headers });
    expect(answer.headers.get('X-Request-Id')).not.toBe('forged');
    expect(answer.text).not.toContain('forged');
  });

  it('never allow another origin to read them', async () => {
    for (const path of ['/', '/api/v1/projects', '/api/v1/session', '/sdk/v1/ruleset']) {
      for (const method of ['GET', 'OPTIONS']) {
        const headers = {
          Origin: 'https://evil.example',
          'Access-Control-Request-Method': 'POST',
        };
        const answer = await ask(server.url + path, { method, key: ADMIN_KEY, headers });
        expect(Object.keys(headersOf(answer)).join()).not.toContain('access-control');
      }
    }
  });
});

function api(type: string, cacheControl = 'no-store') {
  return { ...DATA, 'content-type': type, 'cache-control': cacheControl };
}

function headersOf(answer: Answer): Record<string, string> {
  const headers: Record<string, string> = {};
  answer.headers.forEach((value, name) => {
    if (!PASSING.includes(name)) headers[name] = value;
  });
  return headers;
}

/** Uses `http`, because `fetch` would normalize the path and decompress the response. */
function get(url: string, path: string, headers: Record<string, string> = {}) {
  const { port } = new URL(url);
  type Got = { headers: Record<string, string | string[] | undefined>; bytes: Buffer };
  return new Promise<Got>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({ headers: response.headers, bytes: Buffer.concat(chunks) });
      });
    });
    sent.on('error', reject).end();
  });
}
