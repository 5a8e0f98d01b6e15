import { isTest } from '../layers.js';
import type { SourceFile } from '../source-file.js';

const IMPURE_NAMES = ['Date.now', 'Math.random', 'performance', 'randomBytes', 'randomUUID'];

export function purityViolations(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => !isTest(path))
    .filter(({ path }) =>
      /^(sdk\/src\/(core|protocol)\/|server\/src\/(domain\/|ingest\/gather))/.test(path),
    )
    .flatMap(({ path, names, calls }) => [
      ...IMPURE_NAMES.filter((name) => names.has(name)).map((name) => `${path} uses ${name}`),
      ...(calls.has('new Date()') ? [`${path} uses new Date()`] : []),
    ]);
}

export function environmentViolations(files: readonly SourceFile[]): string[] {
  return ofServerAndSdk(files)
    .filter(({ path }) => path !== 'server/src/config.ts')
    .filter(({ names }) => names.has('process.env'))
    .map(({ path }) => `${path} reads the environment`);
}

export function consoleViolations(files: readonly SourceFile[]): string[] {
  return ofServerAndSdk(files)
    .filter(({ path }) => path !== 'server/src/log.ts')
    .filter(({ names }) =>
      ['console', 'process.stdout', 'process.stderr'].some((name) => names.has(name)),
    )
    .map(({ path }) => `${path} writes to the console`);
}

/** The client for requests to other servers, and the command line, which asks its own server. */
const HTTP_CLIENTS = ['server/src/sources/outbound-client.ts', 'server/src/sluice.ts'];

export function outboundViolations(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => path.startsWith('server/src/') && !isTest(path))
    .filter(({ path }) => !HTTP_CLIENTS.includes(path))
    .filter(
      ({ calls, names, imports }) =>
        calls.has('fetch()') ||
        names.has('globalThis.fetch') ||
        imports.some(({ path, typeOnly }) => !typeOnly && /^node:https?$/.test(path)),
    )
    .map(({ path }) => `${path} sends requests past the outbound client`);
}

export function htmlViolations(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ rendersHtml }) => rendersHtml)
    .map(({ path }) => `${path} renders text as HTML`);
}

function ofServerAndSdk(files: readonly SourceFile[]): readonly SourceFile[] {
  return files.filter(({ path }) => /^(server|sdk)\/src\//.test(path) && !isTest(path));
}
