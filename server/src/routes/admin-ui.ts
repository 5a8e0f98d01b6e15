import { type Context, Hono } from 'hono';
import type { AppEnv } from '../middleware/app-env.js';
import { notFound } from '../middleware/on-error.js';
import type { AdminUi, AdminUiFile } from './admin-ui-files.js';

const ONE_YEAR_SECONDS = 31_536_000;
const NOT_BUILT = 'The admin UI is not built yet: run "npm run build" and start again.';

/** Unknown paths below these return a problem document instead of the page. */
const MACHINE_PATH = /^\/((api|sdk|ofrep)\/v\d+|metrics|livez|readyz)(\/|$)/;
/** A dot outside `assets/` means a file at the root only, because flag keys may contain dots. */
const FILE_PATH = /^(assets\/.*|[^/]+\.\w+)$/;

/** Serves the single-page admin UI. The UI routes every path that is not a file. */
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
