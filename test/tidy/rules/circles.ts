import { dirname } from 'node:path/posix';
import { type Exceptions, staleExceptions } from '../exceptions.js';
import { isPackage, isTest } from '../layers.js';
import type { SourceFile } from '../source-file.js';

/** Imports between two folders, such as `server/src/domain/gates -> server/src/domain/releases`. */
type Edges = ReadonlyMap<string, readonly string[]>;

/**
 * Folders of one package that import each other. A folder may use the files that stand directly in
 * a folder above it, since those are what its neighbours share.
 */
export function circleViolations(
  files: readonly SourceFile[],
  exceptions: Exceptions = {},
): string[] {
  const all = edgesBetween(files);
  const edges = new Map([...all].filter(([edge]) => !(edge in exceptions)));
  const reach = reachOf(edges);
  const circles = new Map<string, string>();
  for (const [edge, imports] of edges) {
    const [from, to] = edge.split(' -> ') as [string, string];
    if (!reach.get(to)?.has(from)) continue;
    const members = [...(reach.get(from) ?? [])].filter((each) => reach.get(each)?.has(from));
    const circle = members.sort().join(', ');
    const fewest = circles.get(circle)?.split(' and ').length ?? Number.POSITIVE_INFINITY;
    if (imports.length < fewest) circles.set(circle, imports.join(' and '));
  }
  return [
    ...[...circles].map(([circle, imports]) => `circle of ${circle}: ${imports}`),
    ...staleExceptions(exceptions, all),
  ];
}

function edgesBetween(files: readonly SourceFile[]): Edges {
  const edges = new Map<string, string[]>();
  for (const file of files.filter(({ path }) => !isTest(path))) {
    const from = dirname(file.path);
    for (const { path } of file.imports) {
      const to = dirname(path);
      const isOfPackage = !isPackage(path) && path.split('/')[0] === file.path.split('/')[0];
      if (!isOfPackage || from === to || from.startsWith(`${to}/`)) continue;
      const edge = `${from} -> ${to}`;
      edges.set(edge, [...(edges.get(edge) ?? []), `${file.path} imports ${path}`]);
    }
  }
  return edges;
}

/** The folders that each folder imports, directly or through others. */
function reachOf(edges: Edges): ReadonlyMap<string, ReadonlySet<string>> {
  const next = new Map<string, string[]>();
  for (const edge of edges.keys()) {
    const [from, to] = edge.split(' -> ') as [string, string];
    next.set(from, [...(next.get(from) ?? []), to]);
  }
  return new Map(
    [...next.keys()].map((start) => {
      const reached = new Set<string>();
      const open = [...(next.get(start) ?? [])];
      for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
        if (reached.has(folder)) continue;
        reached.add(folder);
        open.push(...(next.get(folder) ?? []));
      }
      return [start, reached];
    }),
  );
}
