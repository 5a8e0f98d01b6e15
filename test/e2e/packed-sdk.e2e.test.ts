import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

let folder: string;
let manifest: {
  readonly exports: Readonly<Record<string, { readonly types: string }>>;
  readonly dependencies: Readonly<Record<string, string>>;
};

/** The files that npm would publish, beside the packages that they import. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-packed-'));
  const pack = ['pack', '--workspace', 'sdk', '--dry-run', '--json'];
  const { stdout } = await run('npm', pack, { cwd: root });
  const [{ files }] = JSON.parse(stdout) as [{ files: readonly { path: string }[] }];
  const target = join(folder, 'node_modules/@sluice/sdk');
  for (const { path } of files) await cp(join(root, 'sdk', path), join(target, path));
  manifest = JSON.parse(await readFile(join(target, 'package.json'), 'utf8'));
  for (const name of Object.keys(manifest.dependencies)) {
    await symlink(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  }
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
});

async function evaluate(file: string, script: string): Promise<string> {
  await writeFile(join(folder, file), script);
  return (await run(process.execPath, [file], { cwd: folder })).stdout.trim();
}

describe('the packed SDK', () => {
  it('depends on exactly the four allowed packages', () => {
    const names = Object.keys(manifest.dependencies).sort();
    expect(names).toEqual(['eventsource-parser', 'lru-cache', 'murmurhash', 're2js']);
  });

  it('can be imported and required by each of its names', async () => {
    const names = Object.keys(manifest.exports).map((path) => path.replace('.', '@sluice/sdk'));
    const list = JSON.stringify(names);
    const imported = await evaluate(
      'import.mjs',
      `for (const n of ${list}) console.log(Object.keys(await import(n)).length)`,
    );
    const required = await evaluate(
      'require.cjs',
      `for (const n of ${list}) console.log(Object.keys(require(n)).length)`,
    );
    expect(imported.split('\n')).toHaveLength(names.length);
    expect(required).toBe(imported);
  });

  it('measures requests of each framework without depending on it', async () => {
    const answer = await evaluate(
      'measure.mjs',
      `import { createClient } from '@sluice/sdk';
       const flags = createClient({ url: 'http://127.0.0.1:1', key: 'none' });
       for (const name of ['express', 'fastify', 'hono', 'node']) {
         const { measureRequests } = await import('@sluice/sdk/' + name);
         console.log(typeof measureRequests(flags, () => {}));
       }`,
    );
    expect(answer.split('\n')).toEqual(Array(4).fill('function'));
  });

  it('runs the unchanged code of the guide on measuring', async () => {
    const guide = await readFile(join(root, 'docs/guides/measure.md'), 'utf8');
    const block = /```js\n([\s\S]*?)```/.exec(guide)?.[1] as string;
    const answer = await evaluate(
      'shop.mjs',
      `${block.replace('listen(3000', 'listen(0')}
       server.once('listening', async () => {
         const { port } = server.address();
         for (const path of ['', 'buy']) {
           const response = await fetch('http://127.0.0.1:' + port + '/' + path);
           process.stdout.write(await response.text());
         }
         process.emit('SIGTERM');
       });`,
    );
    expect(answer).toBe('open\nold page\nthank you');
  });

  it('contains the declared types and no tests', async () => {
    const files = await readdir(join(folder, 'node_modules/@sluice/sdk'), { recursive: true });
    for (const { types } of Object.values(manifest.exports)) {
      expect(files).toContain(types.replace('./', ''));
    }
    expect(files.filter((name) => name.includes('.test.'))).toEqual([]);
  });

  it('evaluates flags', async () => {
    const answer = await evaluate(
      'use.mjs',
      `import { createClient } from '@sluice/sdk';
       const flags = createClient({ url: 'http://127.0.0.1:1', key: 'none', bootstrap: {
         schema: 1, project: 'p', environment: 'e', epoch: 'x', revision: 1, at: 0, segments: {},
         flags: { awesome: { type: 'boolean', seed: 'awesome', variants: { on: true, off: false },
           offVariant: 'off', onVariant: 'on', status: 'on' } } } });
       console.log(flags.isActive('awesome', { targetingKey: 'user-1' }));`,
    );
    expect(answer).toBe('true');
  });
});
