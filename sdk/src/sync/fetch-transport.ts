import type { Transport } from './transport.js';

/** A transport for a custom `fetch`. Like `node-transport`, it does not follow redirects. */
export function fetchTransport(send: typeof fetch): Transport {
  return async (request, signal) => {
    const { method, headers } = request;
    const body = request.body === undefined ? {} : { body: request.body };
    const response = await send(request.url, {
      method,
      headers,
      signal,
      redirect: 'manual',
      ...body,
    });
    return {
      status: response.status,
      header: (name) => response.headers.get(name),
      async read(onBytes) {
        for await (const bytes of response.body ?? []) onBytes(bytes);
      },
    };
  };
}
