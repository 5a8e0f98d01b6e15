/**
 * The app that `request-cost` measures: one `node:http` server, the same answer by three paths.
 * Tells its parent how much processor time it has used, and how many events its client dropped.
 */
import { createServer } from 'node:http';
import { createClient } from '../../sdk/dist/index.js';
import { measureRequests } from '../../sdk/dist/node/index.js';

const flags = createClient({ url: process.argv[2], key: `sluice_server_${'x'.repeat(40)}` });
await flags.ready();

const answerWith = (text) => (response) => response.end(text);
const [oldPage, newPage] = [answerWith('old'), answerWith('new')];
const userOf = ({ url }) => ({ targetingKey: url.slice(url.indexOf('=') + 1) });
const evaluated = (request, response) => {
  if (flags.isActive('awesome', userOf(request))) newPage(response);
  else oldPage(response);
};
const PATHS = {
  bare: (request, response) => (userOf(request).targetingKey === '' ? newPage : oldPage)(response),
  evaluated,
  measured: measureRequests(flags, evaluated),
};

const server = createServer((request, response) => {
  PATHS[request.url.slice(1, request.url.indexOf('?'))](request, response);
});
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send({ cpuUs: user + system, dropped: flags.status().droppedEvents });
});
