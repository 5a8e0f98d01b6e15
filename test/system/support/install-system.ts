import { execFile } from 'node:child_process';
import {
  appendFile,
  chmod,
  chown,
  copyFile,
  cp,
  mkdir,
  readFile,
  realpath,
  symlink,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** Of the account and the group `newcomer`. */
export const NEWCOMER_ID = 1_000;

const ORIGINS = ['Debian', 'Ubuntu'];
/** Of npm, without which it may not reach the registry from this machine. */
const NPM_SETTINGS = ['registry', 'cafile', 'proxy', 'https-proxy', 'noproxy'];
const ENVIRONMENT = ['NODE_EXTRA_CA_CERTS', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;
const NPM_CACHE = '/var/cache/npm';

/**
 * Installs the packages without which this machine's distribution is no system, the one library that
 * Node needs beyond them, and an account that is not root.
 */
export async function installSystem(path: string): Promise<void> {
  const { codename, mirror } = await findArchive();
  const what = ['--variant=essential', '--include=libstdc++6', '--dpkgopt=force-unsafe-io'];
  const source = `deb ${mirror} ${codename} main`;
  const args = ['--mode=root', ...what, codename, path, source];
  await run('mmdebstrap', args, await proxyOfApt());
  await chmod(join(path, 'dev/shm'), 0o1777);
  await addNewcomer(path);
}

async function addNewcomer(path: string): Promise<void> {
  const ids = `${NEWCOMER_ID}:${NEWCOMER_ID}`;
  await appendFile(join(path, 'etc/passwd'), `newcomer:x:${ids}::/home/newcomer:/bin/sh\n`);
  await appendFile(join(path, 'etc/group'), `newcomer:x:${NEWCOMER_ID}:\n`);
  await mkdir(join(path, 'home/newcomer'));
  await chown(join(path, 'home/newcomer'), NEWCOMER_ID, NEWCOMER_ID);
}

/** Copies Node and npm, which run these tests, to where an archive of Node puts them. */
export async function bringNode(path: string): Promise<void> {
  const local = join(path, 'usr/local');
  const npm = dirname(dirname(await realpath((await run('sh', ['-c', 'command -v npm'])).trim())));
  await copyFile(process.execPath, join(local, 'bin/node'));
  await cp(npm, join(local, 'lib/node_modules/npm'), { recursive: true });
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(local, 'bin/npm'));
  await symlink('../lib/node_modules/npm/bin/npx-cli.js', join(local, 'bin/npx'));
}

/** Copies what leads from this machine to the registry of npm; returns the variables for it. */
export async function bringSettings(path: string): Promise<Record<string, string>> {
  const ofNpm = JSON.parse(await run('npm', ['config', 'list', '--json']));
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
  const archives = await run('apt-get', [
    'indextargets',
    '--format',
    format,
    'Created-By: Packages',
  ]);
  for (const line of archives.split('\n')) {
    const [origin = '', name, component, mirror] = line.split(' ');
    const fits = ORIGINS.includes(origin) && name === codename && component === 'main';
    if (fits && mirror !== undefined) return { codename, mirror };
  }
  throw new Error(`apt knows no archive of "${codename}": run apt-get update first`);
}

async function proxyOfApt(): Promise<Record<string, string>> {
  const line = await run('apt-config', ['shell', 'proxy', 'Acquire::http::Proxy']);
  const proxy = /^proxy='(.+)'$/m.exec(line)?.[1];
  return proxy === undefined ? {} : { http_proxy: proxy };
}

async function run(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  const options = { env: { ...process.env, LC_ALL: 'C', ...env }, maxBuffer: OUTPUT_BYTES_MAX };
  return (await promisify(execFile)(program, args, options)).stdout;
}
