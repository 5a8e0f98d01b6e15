/**
 * `npm run simulate`: the server's own statistics and controller over thousands of releases, on a
 * fake clock, on every core. `--quick` runs fewer, which miss a bar by chance, `--seed=7` other ones;
 * `--write` updates the reference page. The numbers are the same on any number of cores.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = `${root}docs/reference/simulations.md`;
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
execFileSync(process.execPath, [tsc, '-b', 'test/simulate'], { cwd: root, stdio: 'inherit' });
const { CHECKS, asMarkdown } = await import('./dist/simulate/checks.js');

const options = process.argv.slice(2);
const isQuick = options.includes('--quick');
const seed = Number(options.find((option) => option.startsWith('--seed='))?.slice(7) ?? 1);
const workers = Math.min(CHECKS.length, availableParallelism());

const startedAt = performance.now();
const found = await runAll({ seed, scale: isQuick ? 0.05 : 1, rampsMin: 40 });
const rows = found.flat();
const table = asMarkdown(rows);
console.log(`\n${table}\n`);
const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
console.log(`seed ${seed}, ${seconds} s on ${workers} cores`);
if (options.includes('--write')) writeTable(table);
if (!isQuick && rows.some(({ isMet }) => isMet === false)) process.exitCode = 1;

/** Each worker takes the next check when it is done; the rows come back in the table's order. */
async function runAll(session) {
  const rowsOf = [];
  let next = 0;
  const run = () =>
    new Promise((resolve, reject) => {
      const url = new URL('check-worker.mjs', import.meta.url);
      const worker = new Worker(url, { workerData: session });
      const give = () => (next < CHECKS.length ? worker.postMessage(next++) : end());
      const end = () => void worker.terminate().then(resolve);
      worker.on('error', reject);
      worker.on('message', ({ index, rows: checked, seconds: taken }) => {
        rowsOf[index] = checked;
        for (const { check, measured, isMet } of checked) {
          const mark = isMet === false ? (isQuick ? 'miss' : 'FAIL') : '    ';
          console.error(`${mark} ${check}: ${measured}`);
        }
        console.error(`     ${taken.toFixed(1)} s`);
        give();
      });
      give();
    });
  await Promise.all(Array.from({ length: workers }, run));
  return rowsOf;
}

/** Between the marks, so that the words around the table stay. */
function writeTable(text) {
  const [start, end] = ['<!-- table -->', '<!-- /table -->'];
  const before = readFileSync(page, 'utf8');
  const [head, rest] = before.split(start);
  const [, tail] = (rest ?? '').split(end);
  if (tail === undefined) throw new Error(`${page} has no ${start} … ${end}`);
  writeFileSync(page, `${head}${start}\n\n${text}\n\n${end}${tail}`);
}
