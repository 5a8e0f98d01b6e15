import type { Problem } from '@sluice/sdk/protocol';
import { ApiError } from './api-error.js';

const TIMEOUT_MS = 15_000;
/** What the server says to a stranger is about keys, which a person at a page has none of. */
const SESSION_ENDED = 'Your session has ended. Sign in and try again.';

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface SendOptions {
  readonly body?: unknown;
  readonly query?: Query | undefined;
  /** Sent as `If-Match`. */
  readonly version?: number;
  /** The same for every try of one act, so that it is done once. */
  readonly idempotencyKey?: string;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Speaks JSON with the management API; the only place that calls fetch. */
export class ApiClient {
  /** Called for each 401 but those of signing in. */
  onUnauthenticated: () => void = () => {};
  readonly #root: string;
  readonly #fetch: typeof fetch;

  constructor(base: string, fetchLike: typeof fetch = (input, init) => fetch(input, init)) {
    this.#root = `${base}api/v1`;
    this.#fetch = fetchLike;
  }

  url(path: string, query: Query = {}): string {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== '') {
        search.set(name, String(value));
      }
    }
    return `${this.#root}${path}${search.size > 0 ? `?${search}` : ''}`;
  }

  async send<T>(method: Method, path: string, options: SendOptions = {}): Promise<T> {
    const response = await this.#exchange(method, path, options);
    if (response.status === 204) {
      return undefined as T;
    }
    const answer: unknown = await response.json().catch(() => undefined);
    if (response.ok && answer !== undefined) {
      return answer as T;
    }
    const error = readProblem(response, answer);
    if (error.status === 401 && path !== '/session' && path !== '/setup') {
      this.onUnauthenticated();
      throw new ApiError(401, error.code, SESSION_ENDED, error.problem);
    }
    throw error;
  }

  async #exchange(method: Method, path: string, options: SendOptions): Promise<Response> {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (method !== 'GET') {
      headers['content-type'] = 'application/json';
    }
    if (options.version !== undefined) {
      headers['if-match'] = `"${options.version}"`;
    }
    if (options.idempotencyKey !== undefined) {
      headers['idempotency-key'] = options.idempotencyKey;
    }
    try {
      return await this.#fetch(this.url(path, options.query), {
        method,
        headers,
        credentials: 'same-origin',
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(method === 'GET' ? {} : { body: JSON.stringify(options.body ?? {}) }),
      });
    } catch (cause) {
      throw unreachable(cause);
    }
  }
}

function unreachable(cause: unknown): ApiError {
  const late = cause instanceof DOMException && cause.name === 'TimeoutError';
  const message = late
    ? `The server did not answer within ${TIMEOUT_MS / 1000} s.`
    : 'The server cannot be reached.';
  return new ApiError(0, 'UNREACHABLE', message);
}

function readProblem(response: Response, answer: unknown): ApiError {
  const { status } = response;
  if (isProblem(answer)) {
    return new ApiError(status, answer.code, answer.detail || answer.title, answer);
  }
  const message = response.ok
    ? 'The server sent something that is not JSON.'
    : `The server answered ${status}.`;
  return new ApiError(status, 'UNREADABLE', message);
}

function isProblem(answer: unknown): answer is Problem {
  return (
    typeof answer === 'object' &&
    answer !== null &&
    'code' in answer &&
    typeof answer.code === 'string' &&
    'detail' in answer &&
    typeof answer.detail === 'string'
  );
}
