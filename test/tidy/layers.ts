/** Layer of the import table that a file belongs to; the first pattern that fits. */
const LAYERS: readonly (readonly [string, RegExp])[] = [
  ['core', /^sdk\/src\/core\//],
  ['protocol', /^sdk\/src\/protocol\//],
  ['request', /^sdk\/src\/request\//],
  ['sdk', /^sdk\/src\//],
  ['format', /^server\/src\/domain\/format\.ts$/],
  ['domain', /^server\/src\/domain\//],
  ['read-models', /^server\/src\/store\/read-models\//],
  ['store', /^server\/src\/store\//],
  ['services', /^server\/src\/services\//],
  ['ingest', /^server\/src\/ingest\//],
  ['sources', /^server\/src\/sources\//],
  ['stream', /^server\/src\/stream\//],
  ['ticker', /^server\/src\/ticker\//],
  ['middleware', /^server\/src\/middleware\//],
  ['routes', /^server\/src\/routes\//],
  ['config', /^server\/src\/(config|log|metrics|version)\.ts$/],
  ['app', /^server\/src\//],
  ['admin-ui', /^admin-ui\//],
];

const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  core: ['core'],
  protocol: ['protocol', 'core'],
  request: ['request', 'core', 'protocol'],
  sdk: ['sdk', 'request', 'core', 'protocol'],
  format: [],
  domain: ['domain', 'format', 'core', 'protocol'],
  'read-models': ['read-models', 'store', 'domain', 'core', 'protocol'],
  store: ['store', 'read-models', 'domain', 'core', 'protocol', 'config'],
  ingest: ['ingest', 'store', 'read-models', 'domain', 'core', 'protocol'],
  services: [
    ...['services', 'ingest', 'store', 'read-models'],
    ...['domain', 'format', 'core', 'protocol', 'config'],
  ],
  sources: ['sources', 'store', 'domain', 'core', 'protocol', 'config'],
  stream: ['stream', 'store', 'read-models', 'domain', 'core', 'protocol', 'config'],
  ticker: ['ticker', 'sources', 'services', 'store', 'domain', 'core', 'config'],
  middleware: ['middleware', 'services', 'domain', 'protocol', 'config', 'request'],
  routes: [
    ...['routes', 'services', 'ingest', 'read-models', 'stream', 'middleware'],
    ...['domain', 'core', 'protocol', 'config'],
  ],
  config: ['config', 'domain', 'request'],
  app: [
    ...['app', 'config', 'routes', 'middleware', 'stream', 'ticker', 'sources'],
    ...['services', 'ingest', 'store', 'read-models', 'domain', 'core', 'protocol'],
  ],
  'admin-ui': ['admin-ui', 'format', 'core', 'protocol'],
};

/** Packages that only some layers may use. */
const PACKAGES: readonly (readonly [RegExp, RegExp])[] = [
  [/^murmurhash$/, /^sdk\/src\/core\/murmur3\.ts$/],
  [/^re2js$/, /^sdk\/src\/core\/[a-z0-9-]+(\/[a-z0-9-]+)?\.ts$/],
  [/^lru-cache$/, /^(sdk\/src\/(?!core|protocol)|server\/src\/)/],
  [/^(zod|@hono\/zod-openapi)$/, /^server\/src\/(?!domain|store)/],
  [/^hono/, /^server\/src\/(app|routes|middleware|main)/],
  [/^@hono\/node-server/, /^server\/src\/(app|main|compose|routes|middleware|stream)/],
  [/^(drizzle-orm|postgres)/, /^server\/src\/(store\/|ingest\/sql\/|services\/context\.ts$)/],
  [/^@electric-sql\//, /^server\/(src\/store\/embedded\/|build\.mjs)/],
  [/^(svelte|bits-ui|@lucide)/, /^admin-ui\//],
  [/^node:/, /^(sdk\/src\/(?!core|protocol)|server\/|admin-ui\/vite)/],
];

export function layerOf(path: string): string | undefined {
  return LAYERS.find(([, pattern]) => pattern.test(path))?.[0];
}

/** A type costs nothing when the program runs, so a handler may know the type of the database. */
export function mayImport(layer: string, target: string, typeOnly: boolean): boolean {
  if (ALLOWED[layer]?.includes(target)) return true;
  return typeOnly && ['routes', 'middleware'].includes(layer) && target === 'store';
}

export function mayUsePackage(path: string, name: string): boolean {
  const rule = PACKAGES.find(([pattern]) => pattern.test(name));
  return rule === undefined || rule[1].test(path);
}

export function isTest(path: string): boolean {
  return path.startsWith('test/') || /\.test\.ts$/.test(path);
}

export function isPackage(path: string): boolean {
  return !/^(sdk|server|admin-ui|test)\//.test(path);
}
