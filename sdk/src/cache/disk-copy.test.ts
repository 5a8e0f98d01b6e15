import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OFF_FLAG, ON_FLAG, rulesetOf } from '../../../test/support/rulesets.js';
import { applyChanges, compile } from '../core/index.js';
import type { Ruleset } from '../core/ruleset.js';
import { DiskCopy } from './disk-copy.js';

const URL = 'http://flags.example.com';
const KEY = 'sl_server_0123456789abcdef0123456789abcdef';

let folder: string;
let copy: DiskCopy;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-copy-'));
  copy = new DiskCopy(folder, URL, KEY);
});
afterEach(() => rm(folder, { recursive: true }));

async function onlyFile(): Promise<string> {
  return join(folder, (await readdir(folder))[0] as string);
}

describe('the copy on disk', () => {
  it('returns what was written', async () => {
    await copy.write(compile(rulesetOf({ revision: 7 })), 123);
    expect(await copy.read()).toEqual({ ruleset: rulesetOf({ revision: 7 }), savedAt: 123 });
  });

  it('returns a ruleset of many chunks as it was at the start of the write', async () => {
    const flags = Object.fromEntries(
      Array.from({ length: 2_000 }, (_, index) => [
        `zoë-${index}`,
        { ...ON_FLAG, seed: `s${index}` },
      ]),
    );
    const segments = {
      staff: { when: { attribute: 'a', operator: 'in', values: ['b'] } },
    } as const;
    const ruleset: Ruleset = { ...rulesetOf({ revision: 7, flags }), segments };
    const compiled = compile(ruleset);
    const writing = copy.write(compiled, 123);
    const changes = { 'zoë-1': null, 'zoë-2': OFF_FLAG };
    applyChanges(compiled, { revision: 8, at: 0, flags: changes, segments: {} });
    await writing;
    expect(await copy.read()).toEqual({ ruleset, savedAt: 123 });
  });

  it('is absent before the first write', async () => {
    expect(await copy.read()).toBeNull();
  });

  it('leaves one file, readable by its owner only, without the key in name or content', async () => {
    await copy.write(compile(rulesetOf({ revision: 1 })), 1);
    await copy.write(compile(rulesetOf({ revision: 2 })), 2);
    const path = await onlyFile();
    expect(await readdir(folder)).toHaveLength(1);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(path).not.toContain(KEY);
    expect(await readFile(path, 'utf8')).not.toContain(KEY);
  });

  it('belongs to one server and one key', async () => {
    await copy.write(compile(rulesetOf({})), 1);
    expect(await new DiskCopy(folder, 'http://other.example.com', KEY).read()).toBeNull();
    expect(await new DiskCopy(folder, URL, `${KEY}x`).read()).toBeNull();
  });

  it('counts as absent when any byte is changed or missing', async () => {
    await copy.write(compile(rulesetOf({})), 1);
    const path = await onlyFile();
    const bytes = await readFile(path);
    for (let at = 0; at < bytes.length; at += 7) {
      const broken = Buffer.from(bytes);
      broken[at] = (broken[at] as number) ^ 1;
      await writeFile(path, broken);
      const read = await copy.read();
      // Only a change of the write date may go unnoticed, because nothing depends on it.
      if (read !== null) expect(read.ruleset).toEqual(rulesetOf({}));
      await writeFile(path, bytes.subarray(0, at));
      expect(await copy.read()).toBeNull();
    }
  });

  it.each(['', '{}', 'null\n{}', '{"format":2,"savedAt":1,"sha256":""}\n{}', '\u0000\n\u0000'])(
    'counts as absent when it contains %j',
    async (text) => {
      await copy.write(compile(rulesetOf({})), 1);
      await writeFile(await onlyFile(), text);
      expect(await copy.read()).toBeNull();
    },
  );

  it('rejects a write to an impossible folder and leaves no file behind', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const impossible = new DiskCopy(join(file, 'below'), URL, KEY);
    await expect(impossible.write(compile(rulesetOf({})), 1)).rejects.toThrow();
    expect(await impossible.read()).toBeNull();
    expect(await readdir(folder)).toEqual(['file']);
  });
});
