import { fileURLToPath } from 'node:url';

const source = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Tests run the sources; only spawned processes run the output of `npm run build`. */
export const sourceAlias = [
  { find: /^@sluice\/sdk$/, replacement: source('sdk/src/index.ts') },
  { find: /^@sluice\/sdk\/(\w+)$/, replacement: source('sdk/src/$1/index.ts') },
  { find: /^@sluice\/server\/(.+)$/, replacement: source('server/src/$1.ts') },
];
