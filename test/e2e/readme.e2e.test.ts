import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../support/server.js';
import { until } from '../support/until.js';

/** Runs the README's own code blocks as they stand; only the port differs. */
const root = fileURLToPath(new URL('../..', import.meta.url));

let folder: string;
let server: RunningServer;
let path: string;
let blocks: readonly { language: string; text: string }[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-readme-'));
  path = await pathWithCurl(folder);
  server = await startServer({ dataDir: join(folder, 'data') });
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  blocks = [...readme.matchAll(/```(\w+)\n([\s\S]*?)```/g)].map(([, language, text]) => ({
    language: language as string,
    text: (text as string).replaceAll('127.0.0.1:4000', `127.0.0.1:${server.port}`),
  }));
  await mkdir(join(folder, 'node_modules/@sluice'), { recursive: true });
  await symlink(join(root, 'sdk'), join(folder, 'node_modules/@sluice/sdk'));
});

afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
});

/** A value for PATH under which `curl` is found: the installed one, or one that uses `fetch`. */
async function pathWithCurl(folder: string): Promise<string> {
  const path = process.env.PATH ?? '';
  const isInstalled = path.split(delimiter).some((each) => existsSync(join(each, 'curl')));
  if (isInstalled) return path;
  const program = `#!/bin/sh\nexec '${process.execPath}' '${root}test/support/curl.mjs' "$@"\n`;
  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, 'bin', 'curl'), program, { mode: 0o755 });
  return `${join(folder, 'bin')}${delimiter}${path}`;
}

function block(language: string, holds: string): string {
  const found = blocks.find((each) => each.language === language && each.text.includes(holds));
  if (!found) throw new Error(`README.md has no ${language} block with ${holds}`);
  return found.text;
}

async function shell(script: string): Promise<readonly Record<string, unknown>[]> {
  const { stdout } = await promisify(execFile)('sh', ['-euc', script], {
    env: { PATH: path, SLUICE_ADMIN_KEY: server.adminKey },
  });
  return stdout
    .split(/(?<=\})(?=\{)/)
    .filter((text) => text.trim() !== '')
    .map((text) => JSON.parse(text));
}

/** Runs the ten-line script and yields its output line by line. */
async function startScript(key: string) {
  await writeFile(join(folder, 'script.mjs'), block('js', 'createClient').replace('1000', '5'));
  const child = spawn(process.execPath, ['script.mjs'], {
    cwd: folder,
    env: { PATH: process.env.PATH, SLUICE_KEY: key },
  });
  const lines = createInterface({ input: child.stdout });
  const untilSays = async (text: string) => {
    for await (const [line] of on(lines)) if (line === text) return;
  };
  return { child, untilSays };
}

/** The files that the SDK has written to disk. */
async function readCopies(): Promise<string> {
  const copies = join(folder, '.sluice');
  const names = await readdir(copies);
  return (await Promise.all(names.map((name) => readFile(join(copies, name), 'utf8')))).join();
}

async function* on(lines: NodeJS.EventEmitter) {
  while (true) yield (await once(lines, 'line')) as [string];
}

describe('the README', () => {
  it('creates a flag, a key and a ramp with curl, which a ten-line script follows', async () => {
    const [setup, kill] = block('sh', 'api=').split('# off, everywhere');
    const [flag, key, config] = await shell(setup as string);
    expect(flag).toMatchObject({ key: 'awesome', type: 'boolean' });
    expect(key).toMatchObject({ kind: 'server', environment: 'production' });
    expect(config).toMatchObject({ status: 'conditional', version: 2 });
    const everybody = (setup as string).slice(0, (setup as string).indexOf('# a flag'));
    await shell(`${everybody}${putAt(100, 2)}`);

    const { child, untilSays } = await startScript(key?.secret as string);
    await untilSays('the new way');

    const seen = untilSays('the old way');
    const [killed] = await shell(`${everybody}# off, everywhere${kill}`);
    expect(killed).toMatchObject({ killed: true });
    await seen;

    await shell(`${everybody}${restore}`);
    await untilSays('the new way');
    await until(async () => expect(await readCopies()).toMatch(/"revision":5\b/));

    const [, release] = await shell(`${everybody}${block('sh', '/releases')}`);
    expect(release).toMatchObject({ flag: 'one-click', state: 'running', percent: 1 });

    await server.stop();
    await untilSays('the new way');
    child.kill();

    const orphan = await startScript(key?.secret as string);
    await orphan.untilSays('the new way');
    orphan.child.kill();
    await once(orphan.child, 'exit');
  });
});

const restore =
  'curl -sS -H "$auth" -H "$json" -d \'{"reason":"fixed"}\' ' +
  '$api/environments/production/flags/awesome/restore';

function putAt(percentage: number, version: number): string {
  return block('sh', 'api=')
    .split('# 25 %')[1]!
    .split('# off')[0]!
    .replace(/^.*\n/, '')
    .replace('"to": 25', `"to": ${percentage}`)
    .replace('"1"', `"${version}"`);
}
