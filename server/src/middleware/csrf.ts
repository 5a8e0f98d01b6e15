import type { Context } from 'hono';
import { AppError } from '../domain/errors.js';
import type { AppEnv } from './app-env.js';

/**
 * Requires that a change with a session cookie comes from this origin. A page cannot forge
 * `Sec-Fetch-Site` or `Origin`. Older browsers send only `Origin`.
 */
export function refuseForeignOrigin(c: Context<AppEnv>, publicOrigin: string | null): void {
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return;
  if (isSameOrigin(c, publicOrigin)) return;
  throw new AppError(
    'FORBIDDEN',
    'a change with a session cookie must come from this origin (Sec-Fetch-Site or Origin)',
  );
}

/** For sign-in, which has no cookie yet: rejects browsers on other origins, allows scripts. */
export function refuseForeignBrowser(c: Context<AppEnv>, publicOrigin: string | null): void {
  const isBrowser = c.req.header('Sec-Fetch-Site') !== undefined || c.req.header('Origin');
  if (isBrowser) refuseForeignOrigin(c, publicOrigin);
}

function isSameOrigin(c: Context<AppEnv>, publicOrigin: string | null): boolean {
  const site = c.req.header('Sec-Fetch-Site');
  if (site !== undefined) return site === 'same-origin';
  const origin = c.req.header('Origin');
  if (origin === undefined) return false;
  return publicOrigin === null ? hostOf(origin) === hostHeader(c) : origin === publicOrigin;
}

/** Only hosts are compared without a public URL, because a proxy may have terminated TLS. */
function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

function hostHeader(c: Context<AppEnv>): string | null {
  const host = c.req.header('Host');
  return host === undefined ? null : host.toLowerCase();
}
