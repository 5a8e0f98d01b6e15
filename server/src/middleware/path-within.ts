import { getPath } from 'hono/utils/url';

/**
 * Routes know nothing of the base path. Proxies that strip it and proxies that keep it both work,
 * and probes may ask at the root.
 */
export function pathWithin(basePath: string): (request: Request) => string {
  if (basePath === '') return getPath;
  return (request) => {
    const path = getPath(request);
    if (path === basePath) return '/';
    return path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : path;
  };
}
