import type { Context } from 'hono';
import { AppError } from '../domain/errors.js';
import type { AppEnv } from './app-env.js';

/**
 * A request that a browser sends with a cookie must come from our own pages. Browsers cannot be
 * made to lie in `Sec-Fetch-Site` or `Origin`; older ones send only the second.
 */
export function refuseForeignOrigin(c: Context<AppEnv>, publicOrigin: string | null): void {
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return;
  if (isSameOrigin(c, publicOrigin)) return;
  throw new AppError(
    'FORBIDDEN',
    'a change with a session cookie must come from this origin (Sec-Fetch-Site or Origin)',
  );
}

/** For sign-in, which has no cookie yet: a browser elsewhere is refused, a script is not. */
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

/** Without a public URL the scheme is unknown: a proxy may have taken the TLS off. */
function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

function hostHeader(c: Context<AppEnv>): string | null {
  const host = c.req.header('Host');
  return host === undefined ? null : host.toLowerCase();
}
