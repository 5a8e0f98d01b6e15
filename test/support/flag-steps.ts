import { ask } from './ask.js';

export interface ManagedServer {
  readonly url: string;
  readonly adminKey: string;
}

// biome-ignore lint/suspicious/noExplicitAny: what a test asserts about a body is its type.
type Body = any;

/** Attempts after a 503, because a server that answers 503 has changed nothing. */
const BUSY_RETRIES = 10;

/** What an administrator does with the flags of `default/production`; refusals throw. */
export function flagSteps(server: ManagedServer) {
  const project = `${server.url}/api/v1/projects/default`;
  const call = async (method: string, path: string, json?: unknown, version?: number) => {
    const headers = version === undefined ? {} : { 'If-Match': `"${version}"` };
    const { adminKey: key } = server;
    const send = () => ask<Body>(`${project}${path}`, { method, key, json, headers });
    let answer = await send();
    for (let again = 0; answer.status === 503 && again < BUSY_RETRIES; again += 1) {
      answer = await send();
    }
    if (answer.status < 300) return answer.body;
    throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  };
  const config = (flag: string) => `/environments/production/flags/${flag}`;
  return {
    call,
    create: (key: string) => call('POST', '/flags', { key }),
    /** A flag that is on for all users. */
    async createOpen(key: string) {
      await call('POST', '/flags', { key });
      const { version, parent, offVariant, onVariant, defaultVariant, rules } = await call(
        'GET',
        config(key),
      );
      const body = { status: 'on', parent, offVariant, onVariant, defaultVariant, rules };
      return call('PUT', config(key), body, version);
    },
    kill: (key: string) => call('POST', `${config(key)}/kill`, { reason: 'a test' }),
    restore: (key: string) => call('POST', `${config(key)}/restore`, { reason: 'a test' }),
    receipts: (key: string) => call('GET', `${config(key)}/receipts`),
    instances: async () => (await call('GET', '/environments/production/instances')).items,
  };
}
