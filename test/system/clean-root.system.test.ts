import { execFileSync } from 'node:child_process';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../support/ask.js';
import { findFreePort } from '../support/server.js';
import { type Account, CleanRoot } from './support/clean-root.js';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
/** On a busy machine; two idle cores need a quarter of it. */
const PATIENCE = { timeout: 900_000 };

/** One short file of each project of `npm test`. */
const SELECTION = [
  'sdk/src/core/bucketing.test.ts',
  'admin-ui/src/ui/duration-units.test.ts',
  'test/tidy.test.ts',
  'server/src/store/connections/transactions.db.test.ts',
  'test/e2e/start.e2e.test.ts',
  'test/ui/entry.ui.test.ts',
];

/** In order: the second account gets the build of the first, in a folder that only it may enter. */
const CLONES: readonly { readonly account: Account; readonly folder: string }[] = [
  { account: 'newcomer', folder: '/home/newcomer/sluice' },
  { account: 'root', folder: '/root/sluice' },
];

let root: CleanRoot;

beforeAll(async () => {
  root = await CleanRoot.make();
  const clone = join(root.path, 'clone');
  execFileSync('git', ['clone', '--quiet', '--no-hardlinks', REPOSITORY, clone]);
}, PATIENCE.timeout);
afterAll(() => root?.remove());

/** Moves the clone, without what npm has installed, and gives it to the account. */
async function handOver(account: Account, from: string, to: string): Promise<void> {
  await rm(join(root.path, from, 'node_modules'), { recursive: true, force: true });
  await rename(join(root.path, from), join(root.path, to));
  const owner = `${account}:${account}`;
  await root.run({ account: 'root', folder: '/', line: ['chown', '-R', owner, to] });
}

describe.each(CLONES)('$account on a system with nothing but Node', PATIENCE, (clone) => {
  const { account, folder } = clone;
  const from = CLONES[CLONES.indexOf(clone) - 1]?.folder ?? '/clone';

  beforeAll(() => handOver(account, from, folder));

  it('installs everything with npm ci', async () => {
    await root.run({ account, folder, line: ['npm', 'ci'] });
  });

  it('gets a server and a link to its setup page from npm start', async () => {
    const port = await findFreePort();
    const env = { PORT: String(port) };
    const server = root.start({ account, folder, line: ['npm', 'start'], env });
    await server.printed(new RegExp(`http://127\\.0\\.0\\.1:${port}/setup#token=`));
    expect((await ask(`http://127.0.0.1:${port}/readyz`)).body).toMatchObject({ ready: true });
    expect((await ask(`http://127.0.0.1:${port}/setup`)).text).toContain('<div id="app">');
    await server.kill();
  });

  it('passes a test of each project', async () => {
    const report = `/tmp/report-of-${account}.json`;
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile=${report}`];
    await root.run({ account, folder, line: ['npx', 'vitest', 'run', ...reporters, ...SELECTION] });
    const { testResults } = JSON.parse(await readFile(join(root.path, report), 'utf8'));
    expect(testResults.map(outcomeOf).sort()).toEqual(
      SELECTION.map((path) => `${folder}/${path}: passed`).sort(),
    );
  });
});

interface FileReport {
  readonly name: string;
  readonly assertionResults: readonly { readonly status: string }[];
}

/** Such as `/root/sluice/test/tidy.test.ts: passed`; each outcome of its tests is listed once. */
function outcomeOf({ name, assertionResults }: FileReport): string {
  const outcomes = new Set(assertionResults.map(({ status }) => status));
  return `${name}: ${[...outcomes].join(', ')}`;
}
