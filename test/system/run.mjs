import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from '../../server/build.mjs';
import { findMissing, listPackages } from './requirements.mjs';

/**
 * Runs the system tests, or names everything that this machine lacks for them and fails. Arguments
 * go to Vitest, such as the name of a file.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
const CONFIG = 'test/system/vitest.config.ts';

/** Not in everybody's PATH, and that is where Debian puts most of the programs. */
process.env.PATH = `${process.env.PATH}:/usr/sbin:/sbin`;
process.exitCode = reportMissing(findMissing()) && (await isBuilt()) ? runTests() : 1;

function reportMissing({ rights, packages }) {
  const missing = [...rights, ...packages.map((name) => `the Debian package ${name}`)];
  if (missing.length === 0) return true;
  console.error('The system tests cannot run. This machine lacks:');
  for (const each of missing) console.error(`- ${each}`);
  if (packages.length > 0) console.error(`\n${installCommand()}`);
  return false;
}

function installCommand() {
  return `apt-get update && apt-get install -y --no-install-recommends ${listPackages().join(' ')}`;
}

async function isBuilt() {
  const isGood = await build();
  if (!isGood) console.error('The build failed, so no test was run; the errors are above.');
  return isGood;
}

function runTests() {
  const { resolve } = createRequire(import.meta.url);
  const vitest = join(dirname(resolve('vitest/package.json')), 'vitest.mjs');
  const args = [vitest, 'run', '--config', CONFIG, ...process.argv.slice(2)];
  return spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1;
}
