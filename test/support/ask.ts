import type { Problem } from '@sluice/sdk/protocol';

export interface Ask {
  readonly method?: string;
  /** Goes into `Authorization: Bearer …`. */
  readonly key?: string | undefined;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent unchanged. */
  readonly raw?: BodyInit;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer<T = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: T;
}

/** Sends one request; an event stream is closed after its headers. */
export async function ask<T = unknown>(url: string, asked: Ask = {}): Promise<Answer<T>> {
  const headers = new Headers(asked.headers);
  if (asked.key !== undefined) headers.set('Authorization', `Bearer ${asked.key}`);
  if (asked.json !== undefined && !headers.has('Content-Type')) {
    headers.set('Content-Type', 'application/json');
  }
  const sent = asked.raw ?? (asked.json === undefined ? null : JSON.stringify(asked.json));
  const response = await fetch(url, {
    method: asked.method ?? 'GET',
    headers,
    body: sent,
    redirect: 'manual',
    ...(sent instanceof ReadableStream ? { duplex: 'half' } : {}),
  });
  const text = await textOf(response);
  const isJson = response.headers.get('Content-Type')?.includes('json') && text !== '';
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: (isJson ? JSON.parse(text) : undefined) as T,
  };
}

/** The problem document (RFC 9457) of a rejection. */
export function problemOf(answer: Answer): Problem {
  return answer.body as Problem;
}

async function textOf(response: Response): Promise<string> {
  const isStream = response.headers.get('Content-Type')?.startsWith('text/event-stream');
  if (!isStream) return response.text();
  await response.body?.cancel();
  return '';
}
