import { parseArgs } from 'node:util';

/** Stands in for `curl` with the options that the README uses, on machines that have none. */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    silent: { type: 'boolean', short: 's' },
    'show-error': { type: 'boolean', short: 'S' },
    request: { type: 'string', short: 'X' },
    header: { type: 'string', short: 'H', multiple: true, default: [] },
    data: { type: 'string', short: 'd' },
  },
});
const [url] = positionals;
const method = values.request ?? (values.data === undefined ? 'GET' : 'POST');
const headers = values.header.map((line) => line.split(/:\s*(.*)/s, 2));
const response = await fetch(url, { method, headers, body: values.data });
process.stdout.write(await response.text());
