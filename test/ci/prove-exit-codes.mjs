import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { plants, plantsOfNpmTest } from './plants.mjs';

/**
 * Proves that a run of the tests can fail: plants each failure, runs the tests, and
 * requires a non-zero exit and the planted failure in the report.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
const VITEST = 'node_modules/vitest/vitest.mjs';

let missed = 0;
for (const plant of plants) prove(plant, process.execPath, [VITEST, 'run']);
for (const plant of plantsOfNpmTest) prove(plant, 'npm', ['test', '--']);
const count = plants.length + plantsOfNpmTest.length;
console.log(`${count - missed} of ${count} planted failures made the run fail`);
process.exitCode = missed === 0 ? 0 : 1;

function prove(plant, command, args) {
  const problem = problemOf(plant, command, args);
  const what = `${plant.project}: ${plant.expects[0] ?? 'a killed runner'}`;
  console.log(problem === undefined ? `noticed  ${what}` : `NOT NOTICED  ${what}\n${problem}`);
  if (problem !== undefined) missed += 1;
}

/** What is wrong with the run, or undefined where it fails as it must. */
function problemOf({ project, path, text, expects }, command, args) {
  const file = join(root, path);
  // The failure of `tidy` is found by the test that exists; the other plants are tests themselves.
  const filter = project === 'tidy' ? 'tidy' : basename(path);
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    const { code, report } = run(command, [...args, '--project', project, filter]);
    const absent = expects.filter((each) => !report.includes(each));
    if (code === 0) return `it exited 0:\n${report}`;
    return absent.length === 0 ? undefined : `it does not say "${absent.join('", "')}":\n${report}`;
  } finally {
    rmSync(project === 'tidy' ? dirname(file) : file, { recursive: true, force: true });
  }
}

function run(command, args) {
  const env = { ...process.env, NO_COLOR: '1' };
  const { status, stdout, stderr } = spawnSync(command, args, {
    ...{ cwd: root, env, encoding: 'utf8', maxBuffer: 2 ** 26 },
  });
  return { code: status, report: `${stdout}${stderr}` };
}
