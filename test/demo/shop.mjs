/** A small shop. The line that matters asks `flags.isActive('awesome', context)`. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createClient } from '../../sdk/dist/index.js';
import { VISITORS } from './visitors.mjs';

const visitorsById = new Map(VISITORS.map((visitor) => [visitor.id, visitor]));
const page = (name) => readFileSync(new URL(`./page/${name}`, import.meta.url));
const ASSETS = {
  '/': ['text/html; charset=utf-8', page('index.html')],
  '/shop.css': ['text/css', page('shop.css')],
  '/shop.js': ['text/javascript', page('shop.js')],
};

export async function startShop({ port, url, key }) {
  const flags = createClient({ url, key, service: 'shop', serviceVersion: 'demo' });
  await flags.ready();
  const watchers = new Set();
  const tell = (event, data) => {
    for (const watcher of watchers)
      watcher.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  flags.on('change', () => tell('crowd', crowd(flags)));

  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://shop');
    const visitor = visitorOf(request);
    if (pathname === '/checkout') {
      const isNew = flags.isActive('awesome', contextOf(visitor));
      tell('visit', { index: VISITORS.indexOf(visitor), isNew });
      return send(
        response,
        'application/json',
        JSON.stringify({ checkout: isNew ? 'one-click' : 'classic' }),
      );
    }
    if (pathname === '/watch') return watch(request, response, watchers, flags);
    const asset = ASSETS[pathname];
    if (asset) return send(response, ...asset);
    response.writeHead(404).end();
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}`, flags, server };
}

function contextOf(visitor) {
  return { targetingKey: visitor.id, staff: visitor.staff };
}

/** You are the first visitor who is not staff; the simulated ones say who they are. */
function visitorOf(request) {
  const id = /(?:^|;\s*)visitor=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1];
  return visitorsById.get(id) ?? VISITORS[4];
}

function crowd(flags) {
  return VISITORS.map((visitor) => (flags.isActive('awesome', contextOf(visitor)) ? 1 : 0)).join(
    '',
  );
}

function send(response, type, body) {
  response.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(body);
}

function watch(request, response, watchers, flags) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  response.write(`event: crowd\ndata: ${JSON.stringify(crowd(flags))}\n\n`);
  watchers.add(response);
  request.on('close', () => watchers.delete(response));
}
