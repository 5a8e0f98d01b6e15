import { clientAddress, type TrustedProxies } from '@sluice/sdk/request';
import { createMiddleware } from 'hono/factory';
import type { AppEnv } from './app-env.js';

/** The address of a request without a socket, as in tests. */
const NO_ADDRESS = '0.0.0.0';

/** Sets the client's address. Only proxies that the operator trusts may set `X-Forwarded-For`. */
export function clientIp(trusted: TrustedProxies) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const socket = c.env?.incoming?.socket.remoteAddress ?? null;
    const forwardedFor = c.req.header('X-Forwarded-For') ?? null;
    c.set('clientIp', clientAddress(socket, forwardedFor, trusted) ?? NO_ADDRESS);
    await next();
  });
}
