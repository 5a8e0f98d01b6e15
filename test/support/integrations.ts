import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Inbox } from './inbox.js';

export interface Notification {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** External systems that a server uses: a metric source, and a webhook that receives notifications. */
export interface Integrations {
  readonly origin: string;
  readonly source: string;
  readonly webhook: string;
  /** `Authorization` of each query of the source. */
  readonly authorizations: Inbox<string | undefined>;
  readonly notifications: Inbox<Notification>;
  close(): void;
}

export async function startIntegrations(): Promise<Integrations> {
  const authorizations = new Inbox<string | undefined>();
  const notifications = new Inbox<Notification>();
  const server = createServer((request, response) => {
    const { headers, url } = request;
    if (url?.startsWith('/numbers')) {
      authorizations.push(headers.authorization);
      response.setHeader('Content-Type', 'application/json');
      response.end('{"queue":5}');
      return;
    }
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      notifications.push({ headers, body });
      response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...{ origin, source: `${origin}/numbers`, webhook: `${origin}/notifications` },
    ...{ authorizations, notifications },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
