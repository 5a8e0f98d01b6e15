import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);

/** Whether the build tools are installed. `npm install --omit=dev` leaves them out. */
export function canBuild() {
  try {
    return ['typescript', 'vite'].every((name) => require.resolve(`${name}/package.json`));
  } catch {
    return false;
  }
}

/** Builds every part that is missing or out of date. Resolves to false when a build fails. */
export async function build({ withAdminUi = true } = {}) {
  const isCompiled = compile();
  await makeTemplate();
  return (!withAdminUi || buildAdminUi()) && isCompiled;
}

function compile() {
  return run(require.resolve('typescript/bin/tsc'), ['-b'], root);
}

/** Packs an empty embedded database, so that a first start unpacks it instead of creating one. */
async function makeTemplate() {
  const folder = join(root, 'server/dist/store/embedded');
  const file = join(folder, 'template.tar.gz');
  const stamp = join(folder, 'template.version');
  const packageFile = join(dirname(require.resolve('@electric-sql/pglite')), '../package.json');
  const { version } = JSON.parse(readFileSync(packageFile, 'utf8'));
  const { INIT_PARAMETERS } = await import('./dist/store/embedded/open-pglite.js');
  const content = [version, ...INIT_PARAMETERS].join(' ');
  if (existsSync(file) && existsSync(stamp) && readFileSync(stamp, 'utf8') === content) return;
  const { PGlite } = await import('@electric-sql/pglite');
  const database = await PGlite.create({ initDbStartParams: INIT_PARAMETERS });
  const dump = await database.dumpDataDir('gzip');
  await database.close();
  writeFileSync(file, Buffer.from(await dump.arrayBuffer()));
  writeFileSync(stamp, content);
}

function buildAdminUi() {
  const folder = join(root, 'admin-ui');
  if (!existsSync(join(folder, 'index.html'))) return true;
  const inputs = [
    ...['admin-ui/src', 'admin-ui/public', 'admin-ui/index.html', 'admin-ui/vite.config.ts'],
    ...['sdk/src', 'server/src/domain/format.ts', 'package-lock.json'],
  ];
  const newest = Math.max(...inputs.map((path) => newestChange(join(root, path))));
  if (newestChange(join(folder, 'dist/index.html')) >= newest) return true;
  return run(join(dirname(require.resolve('vite/package.json')), 'bin/vite.js'), ['build'], folder);
}

/** The latest modification time in a file or folder, in epoch milliseconds; 0 when missing. */
function newestChange(path) {
  if (!existsSync(path)) return 0;
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newestChange(join(path, name))));
}

/** Sets `NODE_ENV=production`, because Vite would build for debugging when tests start it. */
function run(script, args, cwd) {
  const env = { ...process.env, NODE_ENV: 'production' };
  return (
    spawnSync(process.execPath, [script, ...args], { cwd, env, stdio: 'inherit' }).status === 0
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const withAdminUi = !process.argv.includes('--without-admin-ui');
  process.exitCode = (await build({ withAdminUi })) ? 0 : 1;
}
