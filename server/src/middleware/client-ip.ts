import { clientAddress, type TrustedProxies } from '@sluice/sdk/request';
import { createMiddleware } from 'hono/factory';
import type { AppEnv } from './app-env.js';

/** Stands for callers without a socket, as in tests. */
const NO_ADDRESS = '0.0.0.0';

/** `X-Forwarded-For` is believed from the proxies that the operator named, and nobody else. */
export function clientIp(trusted: TrustedProxies) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const socket = c.env?.incoming?.socket.remoteAddress ?? null;
    const forwardedFor = c.req.header('X-Forwarded-For') ?? null;
    c.set('clientIp', clientAddress(socket, forwardedFor, trusted) ?? NO_ADDRESS);
    await next();
  });
}
