import { createMiddleware } from 'hono/factory';
import type { AppEnv } from './app-env.js';

/** Nothing is loaded from elsewhere and nothing inline runs; `base-uri` lets `<base>` stand. */
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

/** On every answer, errors included; `https` adds the promise to stay there. */
export function securityHeaders(options: { https: boolean }) {
  return createMiddleware<AppEnv>(async (c, next) => {
    await next();
    const { headers } = c.res;
    const isPage = headers.get('Content-Type')?.startsWith('text/html') ?? false;
    // A 304 has no type of its own, and its headers replace those of the page in the cache.
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

/** Answers of the API are for the one who asked, now; a route may say otherwise. */
export const noStore = createMiddleware<AppEnv>(async (c, next) => {
  await next();
  if (!c.res.headers.has('Cache-Control')) c.res.headers.set('Cache-Control', 'no-store');
});
