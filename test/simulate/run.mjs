/**
 * `npm run simulate`: the server's own statistics and controller over thousands of releases, on a
 * fake clock. `--quick` runs fewer, `--seed=7` other ones, `--write` updates the reference page.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = `${root}docs/reference/simulations.md`;
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
execFileSync(process.execPath, [tsc, '-b', 'test/simulate'], { cwd: root, stdio: 'inherit' });

const domain = '../../server/dist/domain';
const { CHECKS, asMarkdown } = await import('./dist/simulate/checks.js');
const engine = {
  ...(await import(`${domain}/gates/freeze-gates.js`)),
  ...(await import(`${domain}/gates/evaluate-gates.js`)),
  ...(await import(`${domain}/releases/complete-plan.js`)),
  ...(await import(`${domain}/releases/decide.js`)),
};

const options = process.argv.slice(2);
const isQuick = options.includes('--quick');
const seed = Number(options.find((option) => option.startsWith('--seed='))?.slice(7) ?? 1);
const session = { engine, seed, scale: isQuick ? 0.05 : 1, rampsMin: 40 };

const startedAt = performance.now();
const rows = [];
for (const check of CHECKS) {
  const since = performance.now();
  const found = check(session);
  rows.push(...found);
  const seconds = ((performance.now() - since) / 1000).toFixed(1);
  for (const { check: name, measured, isMet } of found) {
    console.error(`${isMet === false ? 'FAIL' : '    '} ${name}: ${measured}`);
  }
  console.error(`     ${seconds} s`);
}

const table = asMarkdown(rows);
console.log(`\n${table}\n`);
console.log(`seed ${seed}, ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
if (options.includes('--write')) writeTable(table);
if (rows.some(({ isMet }) => isMet === false)) process.exitCode = 1;

/** Between the marks, so that the words around the table stay. */
function writeTable(text) {
  const [start, end] = ['<!-- table -->', '<!-- /table -->'];
  const before = readFileSync(page, 'utf8');
  const [head, rest] = before.split(start);
  const [, tail] = (rest ?? '').split(end);
  if (tail === undefined) throw new Error(`${page} has no ${start} … ${end}`);
  writeFileSync(page, `${head}${start}\n\n${text}\n\n${end}${tail}`);
}
