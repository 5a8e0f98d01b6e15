import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProgram } from './find-program.mjs';
import { countTests } from './count-tests.mjs';

/**
 * Checks a clean clone: what the README tells a newcomer to run, on the oldest Node that is supported,
 * with nothing in reach but Node, git and a shell; then what needs other versions of Node, Debian
 * packages or root. The last line counts all tests.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sluice-ci-'));
const INSTALL_PACKAGES =
  'apt-get update -q && ' +
  'apt-get install -y -q --no-install-recommends $(cat test/system/packages.txt)';
const steps = [];

try {
  step('install the versions of Node', 'npm', ['ci', '--prefix', 'test/ci'], process.env);
  const floor = bareEnvironment('node-20');
  step('npm ci', 'npm', ['ci'], floor, { mustNotPrint: /npm warn/i });
  step('prove that a run can fail', 'node', ['test/ci/prove-exit-codes.mjs'], floor);
  tests('npm test on Node 20', 'npm', ['test', '--'], floor);
  const quick = ['run', '--project', 'unit', '--project', 'unit-ui', '--project', 'tidy'];
  for (const version of ['22', '24']) {
    const vitest = ['node_modules/vitest/vitest.mjs', ...quick];
    tests(`quick tests on Node ${version}`, 'node', vitest, bareEnvironment(`node-${version}`));
  }
  step('install the Debian packages', 'sh', ['-c', INSTALL_PACKAGES], process.env);
  tests('npm run test:system', 'npm', ['run', 'test:system', '--'], process.env);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
report();

/** Runs a command to its end; one that fails fails the run, and the next ones still run. */
function step(name, command, args, env, { mustNotPrint } = {}) {
  console.log(`\n== ${name}`);
  const startedAt = performance.now();
  const stdio = mustNotPrint ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'];
  const program = findProgram(command, env.PATH);
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: root, env, stdio });
  const printed = `${stdout ?? ''}${stderr ?? ''}`;
  if (printed !== '') console.log(printed);
  const isClean = !mustNotPrint?.test(printed);
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  const counts = { passed: 0, failed: 0, skipped: 0, failures: [] };
  steps.push({ name, seconds, ok: status === 0 && isClean, ...counts });
}

/** A step that runs vitest, which writes down how many tests it ran. */
function tests(name, command, args, env) {
  const file = join(folder, `report-${steps.length}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  step(name, command, [...args, ...reporters], env);
  Object.assign(
    steps.at(-1),
    countTests(() => readFileSync(file, 'utf8')),
  );
}

/** An environment in which only this version of Node, npm, git and a shell are found. */
function bareEnvironment(node) {
  const bin = join(folder, node);
  mkdirSync(bin);
  symlinkSync(join(root, 'test/ci/node_modules', node, 'bin/node'), join(bin, 'node'));
  for (const name of ['npm', 'npx', 'git', 'sh', 'env']) {
    symlinkSync(findProgram(name, process.env.PATH), join(bin, name));
  }
  const { CHROMIUM_PATH, DATABASE_URL, TEST_DATABASE_URL, ...env } = process.env;
  return { ...env, PATH: bin, CI: 'true' };
}

/** Failures are listed again at the end, because whoever reads a long log begins there. */
function report() {
  for (const { name, failures } of steps) {
    for (const failure of failures) console.log(`\nFAILED in "${name}": ${failure}`);
  }
  console.log('');
  for (const { name, seconds, ok } of steps) {
    console.log(`${ok ? 'passed' : 'FAILED'}  ${String(seconds).padStart(5)} s  ${name}`);
  }
  const sum = (field) => steps.reduce((total, each) => total + each[field], 0);
  const withoutTests = steps.filter(({ ok, failed }) => !ok && failed === 0).length;
  const failed = sum('failed') + withoutTests;
  console.log(`\n${sum('passed')} passed, ${failed} failed, ${sum('skipped')} skipped`);
  process.exitCode = failed === 0 ? 0 : 1;
}
