/** Streams a ruleset of many flags, and a patch of one of them whenever its parent says so. */
import { createServer } from 'node:http';
import { largeRuleset, patchOf } from './large-rulesets.mjs';

const streams = new Set();
const text = JSON.stringify(largeRuleset());
let revision = 1;

const server = createServer((request, response) => {
  if (!request.url.endsWith('/stream')) {
    request.resume();
    response.writeHead(202).end('{}');
    return;
  }
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.write(`event: ruleset\nid: bench:1\ndata: ${text}\n\n`);
  revision = 1;
  streams.add(response);
  response.on('close', () => streams.delete(response));
});

process.on('message', () => {
  const patch = JSON.stringify(patchOf(revision));
  revision += 1;
  for (const stream of streams) {
    stream.write(`event: patch\nid: bench:${revision}\ndata: ${patch}\n\n`);
  }
});
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
