import { type Context, Hono } from 'hono';
import type { AppEnv } from '../middleware/app-env.js';
import { notFound } from '../middleware/on-error.js';
import type { AdminUi, AdminUiFile } from './admin-ui-files.js';

const ONE_YEAR_SECONDS = 31_536_000;
const NOT_BUILT = 'The admin UI is not built yet: run "npm run build" and start again.';

/** Programs get problem documents from these, never a page. */
const MACHINE_PATH = /^\/((api|sdk|ofrep)\/v\d+|metrics|livez|readyz)(\/|$)/;
/** Keys may hold dots, so only at the root does one mean a file. */
const FILE_PATH = /^(assets\/.*|[^/]+\.\w+)$/;

/** The UI is one page: addresses without a file of their own are its business. */
export function adminUiRoutes(ui: AdminUi) {
  return new Hono<AppEnv>().get('*', (c) => {
    const path = c.req.path.slice(1);
    if (MACHINE_PATH.test(c.req.path)) return notFound(c);
    const file = ui.files.get(path);
    if (file !== undefined) return send(c, file);
    if (FILE_PATH.test(path)) return notFound(c);
    if (ui.index === null) return c.html(`<!doctype html><title>Sluice</title>${NOT_BUILT}`, 503);
    return send(c, ui.index);
  });
}

function send(c: Context<AppEnv>, file: AdminUiFile): Response {
  c.header('ETag', file.etag);
  c.header(
    'Cache-Control',
    file.isImmutable ? `public, max-age=${ONE_YEAR_SECONDS}, immutable` : 'no-cache',
  );
  c.header('Vary', 'Accept-Encoding');
  if (c.req.header('If-None-Match') === file.etag) return c.body(null, 304);
  c.header('Content-Type', file.type);
  const takesGzip = /\bgzip\b/.test(c.req.header('Accept-Encoding') ?? '');
  if (file.gzipped === null || !takesGzip) return c.body(file.bytes);
  c.header('Content-Encoding', 'gzip');
  return c.body(file.gzipped);
}
