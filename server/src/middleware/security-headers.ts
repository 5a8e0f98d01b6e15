import { createMiddleware } from 'hono/factory';
import type { AppEnv } from './app-env.js';

/** Forbids other origins and inline scripts. `base-uri` allows the `<base>` of the page. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "form-action 'self'",
  "base-uri 'self'",
  "frame-ancestors 'none'",
].join('; ');

const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";

/** Sets security headers on every response, including errors. `https` adds HSTS. */
export function securityHeaders(options: { https: boolean }) {
  return createMiddleware<AppEnv>(async (c, next) => {
    await next();
    const { headers } = c.res;
    const isPage = headers.get('Content-Type')?.startsWith('text/html') ?? false;
    // A 304 has no Content-Type, and its headers would replace those of the cached page.
    if (c.res.status !== 304) {
      headers.set('Content-Security-Policy', isPage ? PAGE_POLICY : DATA_POLICY);
    }
    headers.set('X-Content-Type-Options', 'nosniff');
    headers.set('Referrer-Policy', 'no-referrer');
    headers.set('Cross-Origin-Opener-Policy', 'same-origin');
    headers.set('Cross-Origin-Resource-Policy', 'same-origin');
    if (options.https) headers.set('Strict-Transport-Security', 'max-age=31536000');
  });
}

/** Prevents caching of API responses, unless the route sets `Cache-Control` itself. */
export const noStore = createMiddleware<AppEnv>(async (c, next) => {
  await next();
  if (!c.res.headers.has('Cache-Control')) c.res.headers.set('Cache-Control', 'no-store');
});
