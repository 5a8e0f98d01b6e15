/**
 * `npm run bench`: evaluation beside the rivals, a measured request, a large ruleset, fan-out, start,
 * memory, ingestion and install size. Names of parts choose some; options go to each:
 * `npm run bench -- ingest --seconds 10`.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));
const run = (command, args, cwd = root) => execFileSync(command, args, { cwd, stdio: 'inherit' });
const PARTS = ['evaluate', 'request-cost', 'large-ruleset', 'fan-out', 'ingest', 'install-size'];

run(process.execPath, ['server/build.mjs']);
if (!existsSync(`${here}node_modules`)) run('npm', ['ci'], here);

const given = process.argv.slice(2);
const firstOption = given.findIndex((argument) => argument.startsWith('--'));
const chosen = firstOption === -1 ? given : given.slice(0, firstOption);
const options = firstOption === -1 ? [] : given.slice(firstOption);
for (const part of chosen.length > 0 ? chosen : PARTS) {
  console.log(`\n## ${part}\n`);
  run(process.execPath, [`test/bench/${part}.mjs`, ...options]);
}
