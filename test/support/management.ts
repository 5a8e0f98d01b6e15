import { expect } from 'vitest';
import type { DatabaseKind } from './database.js';
import { type OpenApiDocument, problemsOfExchange } from './open-api.js';
import { ADMIN_KEY, type TestSluice, withSluice } from './sluice.js';

export interface Call {
  readonly body?: unknown;
  /** Version for `If-Match`. */
  readonly version?: number;
  /** Key to come with; null for none. Absent: the admin's of the whole installation. */
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly etag: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: what a test asserts about a body is its type.
  readonly body: any;
  /** The unparsed body. */
  readonly text: string;
}

/** The management API of a fresh server; each answer is held against the served document. */
export interface Management extends TestSluice {
  call(request: string, options?: Call): Promise<Answer>;
  /** As `call`; anything but the status named fails the test. */
  expect(status: number, request: string, options?: Call): Promise<Answer['body']>;
  document(): Promise<OpenApiDocument>;
}

export function withManagement(
  kind: DatabaseKind,
  environment: Readonly<Record<string, string>> = {},
): Management {
  const started = withSluice(kind, environment);
  let document: Promise<OpenApiDocument> | undefined;
  const readDocument = () => {
    document ??= fetch(`${started.url}/api/v1/openapi.json`).then(
      (response) => response.json() as Promise<OpenApiDocument>,
    );
    return document;
  };
  const call = async (request: string, options: Call = {}): Promise<Answer> => {
    const [method = '', target = ''] = request.split(' ');
    const response = await fetch(`${started.url}/api/v1${target}`, {
      method,
      headers: headersOf(options),
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    const text = await response.text();
    const answer = {
      status: response.status,
      etag: response.headers.get('ETag'),
      body: text === '' ? null : JSON.parse(text),
      text,
    };
    const path = `/api/v1${target.split('?')[0]}`;
    const contentType = response.headers.get('Content-Type');
    const exchange = { ...answer, method, path, contentType };
    expect(problemsOfExchange(await readDocument(), exchange), request).toEqual([]);
    return answer;
  };
  return Object.create(started, {
    call: { value: call },
    document: { value: readDocument },
    expect: {
      value: async (status: number, request: string, options?: Call) => {
        const answer = await call(request, options);
        expect(answer, `${request}: ${answer.text}`).toMatchObject({ status });
        return answer.body;
      },
    },
  }) as Management;
}

function headersOf(options: Call): Record<string, string> {
  const key = options.key === undefined ? ADMIN_KEY : options.key;
  return {
    ...(options.body === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...(key === null ? {} : { Authorization: `Bearer ${key}` }),
    ...(options.version === undefined ? {} : { 'If-Match': `"${options.version}"` }),
    ...options.headers,
  };
}
