import { describe, expect, it, vi } from 'vitest';
import { ApiError, describeError, messageBeside, messagesAt } from './api-error.js';
import { ApiClient } from './client.js';

const PROJECT = '/projects/{project}';
const path = { project: 'p' };
const NEW = { body: { key: 'p' } };
const CHANGE = { path, body: { name: 'a' }, version: 3 };

function answering(status: number, body: unknown): { client: ApiClient; sent: RequestInit[] } {
  const sent: RequestInit[] = [];
  const client = new ApiClient('/', (_, init) => {
    sent.push(init ?? {});
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return Promise.resolve(new Response(status === 204 ? null : text, { status }));
  });
  return { client, sent };
}

const problem = {
  type: 'about:blank',
  title: 'Validation failed',
  status: 400,
  code: 'VALIDATION_FAILED',
  detail: 'Two fields are wrong.',
  requestId: 'r-1',
  errors: [
    { pointer: '/key', message: 'is taken' },
    { pointer: '/secret', message: 'is unknown' },
  ],
};

async function failureOf(promise: Promise<unknown>): Promise<ApiError> {
  const error = await promise.catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

describe('ApiClient', () => {
  it('prefixes every address with the base path and omits empty filters', () => {
    const client = new ApiClient('/tools/sluice/');
    const url = client.url('/projects/{project}/flags', {
      path: { project: 'p/1' },
      query: { search: '', limit: 5, cursor: undefined },
    });
    expect(url).toBe('/tools/sluice/api/v1/projects/p%2F1/flags?limit=5');
  });

  it('sends the body as JSON and the version as If-Match', async () => {
    const { client, sent } = answering(200, { version: 4 });
    await client.put(PROJECT, CHANGE);
    expect(sent[0]).toMatchObject({ method: 'PUT', body: '{"name":"a"}' });
    expect(sent[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'if-match': '"3"',
    });
  });

  it('reads every page of a list', async () => {
    const asked: (string | null)[] = [];
    const client = new ApiClient('/', (input) => {
      const cursor = new URL(String(input), 'http://localhost').searchParams.get('cursor');
      asked.push(cursor);
      const next = cursor === null ? 'c1' : null;
      return Promise.resolve(Response.json({ items: [{ key: cursor }], next }));
    });
    const projects = await client.all('/projects');
    expect(asked).toEqual([null, 'c1']);
    expect(projects.map(({ key }) => key)).toEqual([null, 'c1']);
  });

  it('returns undefined for a response without content', async () => {
    await expect(answering(204, '').client.delete(PROJECT, { path })).resolves.toBeUndefined();
  });

  it('turns a problem document into an error with messages for the fields', async () => {
    const error = await failureOf(answering(400, problem).client.post('/projects', NEW));
    expect(error).toMatchObject({ status: 400, code: 'VALIDATION_FAILED' });
    expect(messagesAt(error, '/key')).toEqual(['is taken']);
    expect(messageBeside(error, ['/key'])).toBe('/secret: is unknown');
    expect(messageBeside(error, ['/key', '/secret'])).toBeUndefined();
  });

  it('returns the current state of the server only when the version is stale', async () => {
    const stale = { ...problem, status: 412, code: 'VERSION_STALE', current: { version: 9 } };
    const error = await failureOf(answering(412, stale).client.put(PROJECT, CHANGE));
    expect(error.current()).toEqual({ version: 9 });
    const other = { ...stale, status: 409, code: 'CONFLICT' };
    const conflict = await failureOf(answering(409, other).client.put(PROJECT, CHANGE));
    expect(conflict.current()).toBeUndefined();
  });

  it('reports an unreachable server', async () => {
    const client = new ApiClient('/', () => Promise.reject(new TypeError('failed to fetch')));
    const error = await failureOf(client.get('/projects'));
    expect(error).toMatchObject({ status: 0, code: 'UNREACHABLE' });
    expect(describeError(error)).toBe('The server cannot be reached.');
  });

  it('includes the request id in the message when the server fails', async () => {
    const body = { ...problem, status: 500, code: 'INTERNAL', detail: 'Something failed.' };
    const error = await failureOf(answering(500, body).client.get('/projects'));
    expect(describeError(error)).toBe('Something failed. (request r-1)');
  });

  it.each([
    [502, '<html>Bad gateway</html>', 'The server answered 502.'],
    [200, '<html>A login page of a proxy</html>', 'The server sent something that is not JSON.'],
  ])('does not show the body of a %i response that is not JSON', async (status, body, message) => {
    const error = await failureOf(answering(status, body).client.get('/projects'));
    expect(error.message).toBe(message);
  });

  it('reports an ended session, but not a wrong password', async () => {
    const body = { ...problem, status: 401, code: 'UNAUTHENTICATED' };
    const { client } = answering(401, body);
    const told = vi.fn();
    client.onUnauthenticated = told;
    await failureOf(client.post('/session', { body: { email: 'a', password: 'b' } }));
    expect(told).not.toHaveBeenCalled();
    const ended = await failureOf(client.get('/projects'));
    expect(told).toHaveBeenCalledOnce();
    expect(describeError(ended)).toBe('Your session has ended. Sign in and try again.');
  });
});
