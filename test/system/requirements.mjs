import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PACKAGES = new URL('packages.txt', import.meta.url);

/** For each Debian package of `packages.txt`: whether what it brings can be used here. */
const PACKAGE_CHECKS = {
  'graphite-web': () => hasPythonModules('graphite', 'django'),
  mmdebstrap: () => succeeds('mmdebstrap', '--version'),
  nginx: () => succeeds('nginx', '-v'),
  pgbouncer: () => succeeds('pgbouncer', '--version'),
  prometheus: () => succeeds('prometheus', '--version'),
  'python3-whisper': () => hasPythonModules('whisper'),
};

/** What this machine lacks for the system tests: rights, in words, and names of Debian packages. */
export function findMissing() {
  return { rights: findMissingRights(), packages: listPackages().filter(isMissing) };
}

export function listPackages() {
  return readFileSync(PACKAGES, 'utf8').split('\n').filter(Boolean);
}

function isMissing(name) {
  const check = PACKAGE_CHECKS[name];
  if (check === undefined) throw new Error(`packages.txt names "${name}", which has no check`);
  return !check();
}

function findMissingRights() {
  if (process.platform !== 'linux') return [`Linux (this is ${process.platform})`];
  if (process.getuid() !== 0) return ['root: the tests mount file systems and use chroot'];
  return mayMount() ? [] : ['the right to mount: a container needs --privileged for that'];
}

function mayMount() {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-mount-'));
  const isMounted = succeeds('mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder);
  if (isMounted) spawnSync('umount', [folder]);
  rmdirSync(folder);
  return isMounted;
}

/** Debian's own Python, because the packages install their modules for it. */
function hasPythonModules(...names) {
  const isFound = names.map((name) => `importlib.util.find_spec('${name}')`).join(' and ');
  const script = `import importlib.util, sys; sys.exit(0 if ${isFound} else 1)`;
  return succeeds('/usr/bin/python3', '-c', script);
}

function succeeds(program, ...args) {
  return spawnSync(program, args).status === 0;
}
