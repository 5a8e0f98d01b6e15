/** `npm run bench`: evaluation beside the rivals, fan-out, start, memory and install size. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));
const run = (command, args, cwd = root) => execFileSync(command, args, { cwd, stdio: 'inherit' });
const PARTS = ['evaluate', 'fan-out', 'install-size'];

run(process.execPath, ['server/build.mjs']);
if (!existsSync(`${here}node_modules`)) run('npm', ['ci'], here);

const chosen = process.argv.slice(2);
for (const part of chosen.length > 0 ? chosen : PARTS) {
  console.log(`\n## ${part}\n`);
  run(process.execPath, [`test/bench/${part}.mjs`]);
}
