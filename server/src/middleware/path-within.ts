import { getPath } from 'hono/utils/url';

/**
 * Removes the base path before routing. Requests without it are accepted too, because some
 * proxies strip it and health probes may use the root.
 */
export function pathWithin(basePath: string): (request: Request) => string {
  if (basePath === '') return getPath;
  return (request) => {
    const path = getPath(request);
    if (path === basePath) return '/';
    return path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : path;
  };
}
