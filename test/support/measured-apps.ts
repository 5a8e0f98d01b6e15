import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { measureRequests as measureExpress } from '../../sdk/src/express/index.js';
import { measureRequests as measureFastify } from '../../sdk/src/fastify/index.js';
import { measureRequests as measureHono } from '../../sdk/src/hono/index.js';
import type { FlagClient } from '../../sdk/src/index.js';
import { measureRequests as measureNode } from '../../sdk/src/node/index.js';

/** The listener of an app that is measured, whatever it is written with. */
export type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * The same app in each framework. `/ok`, `/missing`, `/failed` and `/thrown` answer 200, 404, 500
 * and not at all by themselves; `/body` evaluates behind a body that was read; `/events` streams;
 * `/broken` breaks off; `/hanging` never answers. Each evaluates `awesome` for `user-1` first.
 */
export const MEASURED_APPS: Readonly<Record<string, (flags: FlagClient) => Promise<Listener>>> = {
  'node:http': async (flags) => measureNode(flags, nodeApp(flags)),
  express: async (flags) => expressApp(flags),
  fastify: fastifyApp,
  hono: async (flags) => {
    const server = createAdaptorServer({ fetch: honoApp(flags).fetch });
    return server.listeners('request')[0] as Listener;
  },
};

export function listenTo(listener: Listener) {
  return createServer(listener);
}

const evaluate = (flags: FlagClient) => flags.isActive('awesome', { targetingKey: 'user-1' });

function nodeApp(flags: FlagClient) {
  return async (request: IncomingMessage, response: ServerResponse) => {
    if (request.url === '/body') for await (const _ of request);
    evaluate(flags);
    switch (request.url) {
      case '/thrown':
        response.statusCode = 500;
        response.end();
        break;
      case '/events':
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        response.end('data: 1\n\n');
        break;
      case '/broken':
        response.write('half');
        setImmediate(() => response.destroy());
        break;
      case '/hanging':
        response.write('half');
        break;
      default:
        response.statusCode = STATUSES[request.url ?? ''] ?? 404;
        response.end('done');
    }
  };
}

const STATUSES: Readonly<Record<string, number>> = { '/ok': 200, '/body': 200, '/failed': 500 };

function expressApp(flags: FlagClient) {
  const app = express();
  app.set('env', 'test');
  app.use(measureExpress(flags));
  app.use(measureExpress(flags));
  app.use(express.json());
  app.use((_request, _response, next) => {
    evaluate(flags);
    next();
  });
  app.all(['/ok', '/body'], (_request, response) => void response.send('done'));
  app.get('/failed', (_request, response) => void response.status(500).send('failed'));
  app.get('/thrown', () => {
    throw new Error('mine');
  });
  app.get('/events', (_request, response) => {
    response.set('Content-Type', 'text/event-stream');
    response.end('data: 1\n\n');
  });
  app.get('/broken', (_request, response) => {
    response.write('half');
    setImmediate(() => response.destroy());
  });
  app.get('/hanging', (_request, response) => void response.write('half'));
  return app as unknown as Listener;
}

async function fastifyApp(flags: FlagClient): Promise<Listener> {
  const app = fastify();
  await app.register(measureFastify(flags));
  app.addHook('preHandler', async () => void evaluate(flags));
  app.route({ method: ['GET', 'POST'], url: '/ok', handler: async () => 'done' });
  app.post('/body', async () => 'done');
  app.get('/failed', (_request, reply) => reply.code(500).send('failed'));
  app.get('/thrown', async () => {
    throw new Error('mine');
  });
  app.get('/events', (_request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream' });
    reply.raw.end('data: 1\n\n');
  });
  app.get('/broken', (_request, reply) => {
    reply.hijack();
    reply.raw.write('half');
    setImmediate(() => reply.raw.destroy());
  });
  app.get('/hanging', (_request, reply) => {
    reply.hijack();
    reply.raw.write('half');
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send('missing'));
  await app.ready();
  return (request, response) => app.routing(request, response);
}

function honoApp(flags: FlagClient) {
  const app = new Hono<{ Bindings: { outgoing: ServerResponse } }>();
  app.use(measureHono(flags));
  app.use(async (c, next) => {
    if (c.req.path === '/body') await c.req.json();
    evaluate(flags);
    await next();
  });
  app.all('/ok', (c) => c.text('done'));
  app.post('/body', (c) => c.text('done'));
  app.get('/failed', (c) => c.text('failed', 500));
  app.get('/thrown', () => {
    throw new Error('mine');
  });
  app.get('/events', (c) => streamSSE(c, (stream) => stream.writeSSE({ data: '1' })));
  app.get('/broken', (c) => {
    setImmediate(() => c.env.outgoing.destroy());
    return new Response(new ReadableStream({ start: (half) => half.enqueue(BYTES) }));
  });
  app.get(
    '/hanging',
    () => new Response(new ReadableStream({ start: (half) => half.enqueue(BYTES) })),
  );
  app.onError((_error, c) => c.text('failed', 500));
  return app;
}

const BYTES = new TextEncoder().encode('half');
