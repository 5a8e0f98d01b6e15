import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);

/** Whether this installation has the build tools: one made with `--omit=dev` has not. */
export function canBuild() {
  try {
    return ['typescript', 'vite'].every((name) => require.resolve(`${name}/package.json`));
  } catch {
    return false;
  }
}

/** Builds what is missing or older than its sources. Resolves with false when that failed. */
export async function build({ withAdminUi = true } = {}) {
  const isCompiled = compile();
  await makeTemplate();
  return (!withAdminUi || buildAdminUi()) && isCompiled;
}

function compile() {
  return run(require.resolve('typescript/bin/tsc'), ['-b'], root);
}

/** An empty embedded database, so that a first start unpacks one instead of making it. */
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

/** Of a file, or of anything in a folder; 0 when it does not exist. */
function newestChange(path) {
  if (!existsSync(path)) return 0;
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newestChange(join(path, name))));
}

/** In production's name whoever asks: started by tests, pages would be built for debugging. */
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
