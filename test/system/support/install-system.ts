import { execFileSync } from 'node:child_process';
import { chmod, copyFile, cp, mkdir, readFile, realpath, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Of the account and the group `newcomer`. */
export const NEWCOMER_ID = 1_000;

const ORIGINS = ['Debian', 'Ubuntu'];
/** Of npm, without which it may not reach the registry from this machine. */
const NPM_SETTINGS = ['registry', 'cafile', 'proxy', 'https-proxy', 'noproxy'];
const ENVIRONMENT = ['NODE_EXTRA_CA_CERTS', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];
const NPM_CACHE = '/var/cache/npm';

/** Installs the essential packages of this machine's distribution, from its own mirror. */
export async function installSystem(path: string): Promise<void> {
  const { codename, mirror } = await findArchive();
  await chmod(path, 0o755);
  run('debootstrap', ['--variant=minbase', codename, path, mirror], proxyOfApt());
  await chmod(join(path, 'dev/shm'), 0o1777);
  run('chroot', [path, 'useradd', '--create-home', `--uid=${NEWCOMER_ID}`, 'newcomer']);
}

/** Copies Node and npm, which run these tests, to where an archive of Node puts them. */
export async function bringNode(path: string): Promise<void> {
  const local = join(path, 'usr/local');
  const npm = dirname(dirname(await realpath(run('sh', ['-c', 'command -v npm']).trim())));
  await copyFile(process.execPath, join(local, 'bin/node'));
  await cp(npm, join(local, 'lib/node_modules/npm'), { recursive: true });
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(local, 'bin/npm'));
  await symlink('../lib/node_modules/npm/bin/npx-cli.js', join(local, 'bin/npx'));
}

/** Copies what leads from this machine to the registry of npm; returns the variables for it. */
export async function bringSettings(path: string): Promise<Record<string, string>> {
  const ofNpm = JSON.parse(run('npm', ['config', 'list', '--json']));
  const settings = [
    ...NPM_SETTINGS.map((name) => [`npm_config_${name.replace('-', '_')}`, ofNpm[name]]),
    ...ENVIRONMENT.flatMap((name) => [name, name.toLowerCase()]).map((name) => [
      ...[name, process.env[name]],
    ]),
  ].filter(([, value]) => typeof value === 'string' && value !== '');
  const variables = Object.fromEntries(settings) as Record<string, string>;
  const { npm_config_cafile, NODE_EXTRA_CA_CERTS } = variables;
  for (const file of [npm_config_cafile, NODE_EXTRA_CA_CERTS, '/etc/hosts', '/etc/resolv.conf']) {
    if (file !== undefined) await bringFile(file, path);
  }
  await mkdir(join(path, NPM_CACHE));
  await chmod(join(path, NPM_CACHE), 0o1777);
  return { ...variables, npm_config_cache: NPM_CACHE, npm_config_prefer_offline: 'true' };
}

async function bringFile(file: string, path: string): Promise<void> {
  await mkdir(join(path, dirname(file)), { recursive: true });
  await copyFile(file, join(path, file));
}

/** Node of this machine runs with the libraries of its own release, so the root has the same one. */
async function findArchive(): Promise<{ readonly codename: string; readonly mirror: string }> {
  const release = await readFile('/etc/os-release', 'utf8');
  const codename = /^VERSION_CODENAME=(\S+)$/m.exec(release)?.[1] ?? 'unknown';
  const format = '$(ORIGIN) $(CODENAME) $(COMPONENT) $(REPO_URI)';
  const archives = run('apt-get', ['indextargets', '--format', format, 'Created-By: Packages']);
  for (const line of archives.split('\n')) {
    const [origin = '', name, component, mirror] = line.split(' ');
    const fits = ORIGINS.includes(origin) && name === codename && component === 'main';
    if (fits && mirror !== undefined) return { codename, mirror };
  }
  throw new Error(`apt knows no archive of "${codename}": run apt-get update first`);
}

function proxyOfApt(): Record<string, string> {
  const line = run('apt-config', ['shell', 'proxy', 'Acquire::http::Proxy']);
  const proxy = /^proxy='(.+)'$/m.exec(line)?.[1];
  return proxy === undefined ? {} : { http_proxy: proxy };
}

function run(program: string, args: readonly string[], env: Record<string, string> = {}): string {
  return execFileSync(program, args, {
    ...{ encoding: 'utf8', env: { ...process.env, LC_ALL: 'C', ...env } },
    ...{ maxBuffer: 64 * 1024 * 1024, stdio: ['ignore', 'pipe', 'pipe'] },
  });
}
