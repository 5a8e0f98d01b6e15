import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSource, type SourceFile } from './source-file.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const IGNORED = new Set(['node_modules', 'dist', 'data', '.git', 'rivals']);

/** Every TypeScript, JavaScript and Svelte file of the repository, parsed. */
export function readSources(): readonly SourceFile[] {
  return walk(ROOT)
    .filter((path) => /\.(ts|mjs|svelte)$/.test(path) && !path.endsWith('.d.ts'))
    .map((path) => parseSource(path, readFileSync(join(ROOT, path), 'utf8')));
}

export interface Manifest {
  readonly exports?: Readonly<Record<string, { readonly types: string }>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
}

function walk(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    if (IGNORED.has(name)) return [];
    const path = join(folder, name);
    return statSync(path).isDirectory() ? walk(path) : [relative(ROOT, path)];
  });
}
