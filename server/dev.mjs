import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const tsc = require.resolve('typescript/bin/tsc');
const vite = join(dirname(require.resolve('vite/package.json')), 'bin/vite.js');

/** Exceeds the 9.5 seconds that the server allows itself for stopping. */
const END_MS_MAX = 10_000;

// A failed build does not prevent the start: the watcher prints the errors until they are fixed.
await build({ withAdminUi: false });

const children = [
  run(root, tsc, '-b', '--watch', '--preserveWatchOutput'),
  run(root, '--watch', '--watch-preserve-output', 'server/dist/main.js'),
  run(join(root, 'admin-ui'), vite),
];

let isEnding = false;
for (const child of children) child.on('exit', () => end());
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, end);

function run(cwd, ...args) {
  return spawn(process.execPath, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
}

/** Stops all child processes, as soon as one of them exits or a signal arrives. */
function end() {
  if (isEnding) return;
  isEnding = true;
  for (const child of children) child.kill('SIGTERM');
  const killAll = () => {
    for (const child of children) child.kill('SIGKILL');
  };
  setTimeout(killAll, END_MS_MAX).unref();
}
