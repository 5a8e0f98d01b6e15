import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { resolve } = createRequire(import.meta.url);
const tsc = resolve('typescript/bin/tsc');
const svelteCheck = join(dirname(resolve('svelte-check/package.json')), 'bin/svelte-check');
const openapiTypescript = join(dirname(resolve('openapi-typescript')), '../bin/cli.js');

/** The pages' view of the API is made from its document each time, so it can never be stale. */
const contract = run(
  openapiTypescript,
  'docs/reference/openapi.json',
  '--output=admin-ui/src/api/schema.d.ts',
  '--immutable',
  '--root-types',
  '--root-types-no-schema-prefix',
  '--root-types-keep-casing',
);
/** Tests and pages read the types that packages declare, and not each other: they go together. */
const packages = await Promise.all([run(tsc, '-b'), contract]);
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
process.exitCode = Math.max(...packages, ...rest);

async function run(script, ...args) {
  const child = spawn(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  return code ?? 1;
}
