import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, canBuild } from './build.mjs';

const MAIN = new URL('dist/main.js', import.meta.url);

/** The server runs in this process after the build, so that signals reach it directly. */
const problem = canBuild() ? await buildProblem() : missingProblem();
if (problem === undefined) await import(MAIN.href);
else {
  console.error(problem);
  process.exitCode = 1;
}

async function buildProblem() {
  return (await build())
    ? undefined
    : 'The build failed, so Sluice did not start; the errors are above.';
}

function missingProblem() {
  if (existsSync(fileURLToPath(MAIN))) return undefined;
  return (
    'Sluice is not built, and this installation has no build tools. Run:\n' +
    '  npm ci && npm run build && npm prune --omit=dev'
  );
}
