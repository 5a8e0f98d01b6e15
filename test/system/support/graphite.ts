import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../../support/server.js';
import { type RealServer, untilReady } from './prometheus.js';

/** Debian's own: the packages graphite-web and python3-whisper are made for it. */
const PYTHON = '/usr/bin/python3';

/** Points of a path are [value, seconds ago]. */
export type Series = Readonly<Record<string, readonly (readonly [number, number])[]>>;

const WRITE = `import json, os, sys, time, whisper
root, now = sys.argv[1], int(time.time())
for path, points in json.loads(sys.argv[2]).items():
    name = os.path.join(root, *path.split('.')) + '.wsp'
    os.makedirs(os.path.dirname(name), exist_ok=True)
    whisper.create(name, [(10, 360)])
    for value, age in points:
        whisper.update(name, value, now - age)`;

/** The real web application over real files of points. */
export async function startGraphite(series: Series): Promise<RealServer> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-graphite-'));
  const points = join(directory, 'whisper');
  await mkdir(points);
  await writeFile(join(directory, 'settings_of_test.py'), settingsIn(directory));
  const pythonPath = [directory, process.env.PYTHONPATH ?? ''].filter(Boolean).join(':');
  const options = {
    env: { ...process.env, PYTHONPATH: pythonPath, DJANGO_SETTINGS_MODULE: 'settings_of_test' },
    cwd: directory,
  };
  run(['-c', WRITE, points, JSON.stringify(series)], options);
  run(['-m', 'django', 'migrate', '--run-syncdb'], options);
  const host = `127.0.0.1:${await findFreePort()}`;
  const child = spawn(PYTHON, ['-m', 'django', 'runserver', host, '--noreload'], {
    ...options,
    stdio: 'ignore',
  });
  const stop = async () => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    await rm(directory, { recursive: true, force: true });
  };
  await untilReady(`http://${host}/render?target=none&format=json`, stop);
  return { url: `http://${host}`, stop };
}

function run(args: readonly string[], options: { env: NodeJS.ProcessEnv; cwd: string }): void {
  const { status, stderr } = spawnSync(PYTHON, [...args], { ...options, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

function settingsIn(directory: string): string {
  const text = (name: string) => JSON.stringify(join(directory, name));
  return `from graphite.settings import *
SECRET_KEY = 'only-for-a-test'
STORAGE_DIR = LOG_DIR = ${text('.')}
WHISPER_DIR = ${text('whisper')}
STANDARD_DIRS = [WHISPER_DIR]
INDEX_FILE = ${text('index')}
DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ${text('db')}}}
CARBONLINK_HOSTS = []
ALLOWED_HOSTS = ['*']
`;
}
