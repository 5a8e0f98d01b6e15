import type { Problem } from '@sluice/sdk/protocol';
import { ApiError } from './api-error.js';
import {
  type Answer,
  fillPath,
  type Inputs,
  type Item,
  type ListPath,
  type Path,
} from './contract.js';

const TIMEOUT_MS = 15_000;
const LIST_MAX = 200;
/** Replaces the message of the server, which is about keys; a signed-in user has no key. */
const SESSION_ENDED = 'Your session has ended. Sign in and try again.';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** The input of any route of the contract. */
interface Request {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: object;
  readonly body?: unknown;
  readonly version?: number;
  readonly idempotencyKey?: string;
}

/** The typed JSON client of the management API. Only this class calls fetch. */
export class ApiClient {
  /** Called for each 401 response, except those to a sign-in. */
  onUnauthenticated: () => void = () => {};
  readonly #base: string;
  readonly #fetch: typeof fetch;

  /** `base` is the path that the page is mounted at, with a trailing slash. */
  constructor(base: string, fetchLike: typeof fetch = (input, init) => fetch(input, init)) {
    this.#base = base.replace(/\/$/, '');
    this.#fetch = fetchLike;
  }

  get<P extends Path<'get'>>(path: P, ...[input]: Inputs<'get', P>): Promise<Answer<'get', P>> {
    return this.#send('GET', path, input);
  }

  post<P extends Path<'post'>>(path: P, ...[input]: Inputs<'post', P>): Promise<Answer<'post', P>> {
    return this.#send('POST', path, input);
  }

  put<P extends Path<'put'>>(path: P, ...[input]: Inputs<'put', P>): Promise<Answer<'put', P>> {
    return this.#send('PUT', path, input);
  }

  delete<P extends Path<'delete'>>(
    path: P,
    ...[input]: Inputs<'delete', P>
  ): Promise<Answer<'delete', P>> {
    return this.#send('DELETE', path, input);
  }

  /** Reads every page of a list. Use it only for lists that stay small. */
  async all<P extends ListPath>(
    path: P,
    ...[input]: Inputs<'get', P>
  ): Promise<readonly Item<P>[]> {
    const items: Item<P>[] = [];
    let cursor: string | undefined;
    do {
      const query = { limit: LIST_MAX, cursor };
      const page = await this.#send<Page<Item<P>>>('GET', path, { ...input, query });
      items.push(...page.items);
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    return items;
  }

  /** The address of a route that does not answer JSON, such as the stream of live events. */
  url<P extends Path<'get'>>(path: P, ...[input]: Inputs<'get', P>): string {
    return this.#addressOf(path, input ?? {});
  }

  /** Does not validate responses: a test checks the server against the OpenAPI document. */
  async #send<T>(method: Method, path: string, request: Request = {}): Promise<T> {
    const response = await this.#exchange(method, path, request);
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

  async #exchange(method: Method, path: string, request: Request): Promise<Response> {
    try {
      return await this.#fetch(this.#addressOf(path, request), {
        method,
        headers: headersOf(method, request),
        credentials: 'same-origin',
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(method === 'GET' ? {} : { body: JSON.stringify(request.body ?? {}) }),
      });
    } catch (cause) {
      throw unreachable(cause);
    }
  }

  #addressOf(path: string, { path: parameters, query = {} }: Request): string {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== '') {
        search.set(name, String(value));
      }
    }
    return `${this.#base}${fillPath(path, parameters)}${search.size > 0 ? `?${search}` : ''}`;
  }
}

function headersOf(method: Method, { version, idempotencyKey }: Request): Record<string, string> {
  return {
    accept: 'application/json',
    ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
    ...(version === undefined ? {} : { 'if-match': `"${version}"` }),
    ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
  };
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
