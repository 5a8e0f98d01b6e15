import { createServer, type IncomingMessage, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import type { EvaluationContext } from '../core/context.js';
import { type ContextFromRequest, parseTrustedProxies, RequestContexts } from './index.js';

const contextsFor = (blocks: string[] = [], contextFromRequest: ContextFromRequest | null = null) =>
  new RequestContexts({
    trustedProxies: parseTrustedProxies(blocks, () => {}),
    contextFromRequest,
  });

/** A request that `node:http` received over a real connection. */
function received(headers: Record<string, string>): Promise<IncomingMessage> {
  return new Promise((resolve) => {
    const server = createServer((request, response) => {
      resolve(request);
      setImmediate(() => response.end(() => server.close()));
    });
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      send({ port, host: '127.0.0.1', headers, agent: false }, (answer) => answer.resume()).end();
    });
  });
}

const socket = { remoteAddress: '::ffff:10.0.0.1' };

/** Frameworks wrap the request in their own classes; only these fields are read. */
class ExpressRequest {
  readonly url = '/';
  readonly headers: Record<string, string> = { 'x-forwarded-for': '203.0.113.9' };
  readonly socket = socket;
}
class FastifyRequest {
  readonly raw = new ExpressRequest();
  readonly headers = this.raw.headers;
}

describe('the context of a request', () => {
  it('contains the socket address under node:http', async () => {
    const request = await received({ 'X-Forwarded-For': '1.2.3.4' });
    expect(contextsFor().toContext(request)).toEqual({ ip: '127.0.0.1' });
    const { ip } = contextsFor(['127.0.0.1']).toContext(request);
    expect(ip).toBe('1.2.3.4');
  });

  it.each([
    ['Express', new ExpressRequest()],
    ['Fastify', new FastifyRequest()],
  ])('contains the address under %s', (_, request) => {
    expect(contextsFor().toContext(request)).toEqual({ ip: '10.0.0.1' });
    expect(contextsFor(['10.0.0.0/8']).toContext(request)).toEqual({ ip: '203.0.113.9' });
  });

  it('contains the address under Hono, whose Node adapter provides the socket', async () => {
    const seen: EvaluationContext[] = [];
    const app = new Hono();
    app.get('/', (c) => {
      seen.push(contextsFor(['10.0.0.0/8']).toContext(c));
      return c.text('');
    });
    const headers = { 'X-Forwarded-For': '203.0.113.9' };
    await app.request('/', { headers }, { incoming: { socket, headers: {} } });
    await app.request('/', { headers });
    expect(seen).toEqual([{ ip: '203.0.113.9' }, {}]);
  });

  it('contains no address for a plain Web request, because a header alone can be forged', () => {
    const request = new Request('http://x/', { headers: { 'X-Forwarded-For': '203.0.113.9' } });
    expect(contextsFor(['0.0.0.0/0']).toContext(request)).toEqual({});
  });

  it('contains attributes of the app, which may change while the request is handled', () => {
    const request = Object.assign(new ExpressRequest(), { user: undefined as string | undefined });
    const contexts = contextsFor([], (r: { user?: string }) => ({
      targetingKey: r.user ?? 'nobody',
    }));
    expect(contexts.toContext(request)).toEqual({ ip: '10.0.0.1', targetingKey: 'nobody' });
    request.user = 'u1';
    expect(contexts.toContext(request)).toEqual({ ip: '10.0.0.1', targetingKey: 'u1' });
  });

  it('keeps the address that the app determined itself', () => {
    const contexts = contextsFor([], () => ({ ip: '198.51.100.7' }));
    expect(contexts.toContext(new ExpressRequest())).toEqual({ ip: '198.51.100.7' });
  });

  it('is the given object when the argument is not a request', () => {
    class User {
      readonly targetingKey = 'u1';
    }
    const parsed: unknown = Object.assign(Object.create(null), { plan: 'pro' });
    for (const context of [{ targetingKey: 'u1' }, new User(), parsed as object]) {
      expect(contextsFor().toContext(context)).toBe(context);
    }
  });

  it("contains only the address when the app's reader throws", () => {
    const contexts = contextsFor([], () => {
      throw new Error('no session');
    });
    expect(contexts.toContext(new ExpressRequest())).toEqual({ ip: '10.0.0.1' });
  });

  it('is the given object when a plain object only resembles a request', () => {
    const context = { headers: {}, socket: { remoteAddress: '10.0.0.1' } };
    expect(contextsFor().toContext(context)).toBe(context);
  });
});
