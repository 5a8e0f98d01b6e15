import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { resolve } = createRequire(import.meta.url);
const tsc = resolve('typescript/bin/tsc');
const svelteCheck = join(dirname(resolve('svelte-check/package.json')), 'bin/svelte-check');

/** Tests and pages read the types that packages declare, and not each other: they go together. */
const packages = await run(tsc, '-b');
const rest = await Promise.all([
  run(tsc, '-p', 'tsconfig.test.json'),
  run(
    svelteCheck,
    '--workspace',
    'admin-ui',
    '--tsconfig',
    './tsconfig.json',
    '--fail-on-warnings',
  ),
]);
process.exitCode = Math.max(packages, ...rest);

async function run(script, ...args) {
  const child = spawn(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  return code ?? 1;
}
