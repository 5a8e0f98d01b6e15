import { basename } from 'node:path/posix';
import type { SourceFile } from '../source-file.js';

export function nameViolations(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path }) => {
    const name = basename(path);
    const fits = name.endsWith('.svelte')
      ? /^[A-Z][A-Za-z0-9]*\.svelte$/.test(name)
      : /^[a-z0-9]+([.-][a-z0-9]+)*\.(ts|mjs)$/.test(name);
    const isDrawer = /(utils?|helpers?|common|misc)[./]/.test(path);
    return [
      ...(fits ? [] : [`${path} is not named in kebab-case, or in PascalCase for a component`]),
      ...(isDrawer ? [`${path} does not say what it contains`] : []),
    ];
  });
}

const MARKS = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X'].join('|')})\\b`);

export function leftoverViolations(files: readonly SourceFile[]): string[] {
  const switches = ['describe', 'it', 'test'].flatMap((each) => [`${each}.only`, `${each}.skip`]);
  return files.flatMap(({ path, text, names }) => [
    ...(MARKS.test(text) ? [`${path} contains a mark of unfinished work`] : []),
    ...switches.filter((name) => names.has(name)).map((name) => `${path} contains ${name}`),
  ]);
}
