/** What a production install weighs: the server, its embedded database and the built UI. */
import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { table } from './measure.mjs';

const BAR_MB = 120;
const SHIPPED = [
  ...['package.json', 'package-lock.json', '.npmrc', 'drizzle', 'sdk/package.json', 'sdk/dist'],
  ...['server/package.json', 'server/dist', 'admin-ui/package.json', 'admin-ui/dist'],
];

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'sluice-install-'));
try {
  for (const path of SHIPPED) await cp(join(root, path), join(folder, path), { recursive: true });
  execFileSync('npm', ['ci', '--omit=dev'], { cwd: folder, stdio: 'ignore' });
  const megabytes = (await sizeOf(folder)) / 1e6;
  const holds = megabytes <= BAR_MB ? 'yes' : 'NO';
  const row = ['production install', `${megabytes.toFixed(0)} MB`, `≤ ${BAR_MB} MB`, holds];
  console.log(table(['measure', 'figure', 'bar', 'holds'], [row]));
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Bytes of the files; links are not followed. */
async function sizeOf(directory) {
  let bytes = 0;
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) bytes += await sizeOf(path);
    else if (entry.isFile()) bytes += (await stat(path)).size;
  }
  return bytes;
}
