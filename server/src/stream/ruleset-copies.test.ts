import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ruleset } from '@sluice/sdk/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RulesetCopies } from './ruleset-copies.js';

const ruleset: Ruleset = {
  ...{ schema: 1, project: 'default', environment: 'production', epoch: 'E1', revision: 7, at: 1 },
  flags: {},
  segments: {},
};

describe('copies of rulesets on disk', () => {
  let directory: string;
  const warn = vi.fn();
  const log = { debug: vi.fn(), info: vi.fn(), warn, error: vi.fn() };
  const bytes = (over: Partial<Ruleset> = {}) => {
    return () => Buffer.from(JSON.stringify({ ...ruleset, ...over }));
  };
  const ids = { environmentId: 'env1', projectId: 'p1' };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sluice-copies-'));
    warn.mockClear();
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('are read back as they were saved', async () => {
    const copies = new RulesetCopies(join(directory, 'new'), log);
    copies.save({ ...ids, bytes: bytes() });
    await copies.flush();
    expect(await copies.load()).toEqual([{ ...ids, ruleset }]);
  });

  it('are written once for a burst, with the last content', async () => {
    const copies = new RulesetCopies(directory, log);
    const asked = vi.fn(bytes({ revision: 9 }));
    for (let i = 0; i < 50; i += 1) copies.save({ ...ids, bytes: asked });
    await copies.flush();
    expect(asked).toHaveBeenCalledTimes(1);
    expect((await copies.load())[0]?.ruleset.revision).toBe(9);
  });

  it('leave no temporary file behind', async () => {
    const copies = new RulesetCopies(directory, log);
    copies.save({ ...ids, bytes: bytes() });
    await copies.flush();
    expect(await readdir(directory)).toEqual(['env1.ruleset']);
  });

  it('are ignored when one byte is damaged, and the others are still read', async () => {
    const copies = new RulesetCopies(directory, log);
    copies.save({ ...ids, bytes: bytes() });
    copies.save({ ...ids, environmentId: 'env2', bytes: bytes() });
    await copies.flush();
    const path = join(directory, 'env1.ruleset');
    const content = await readFile(path, 'utf8');
    await writeFile(path, content.replace('"revision":7', '"revision":8'));
    expect((await copies.load()).map((copy) => copy.environmentId)).toEqual(['env2']);
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it.each(['', '\n', 'abc', '{}\n{}'])('that hold %j are ignored', async (content) => {
    await writeFile(join(directory, 'env1.ruleset'), content);
    expect(await new RulesetCopies(directory, log).load()).toEqual([]);
  });

  it('are removed when their environment is deleted', async () => {
    const copies = new RulesetCopies(directory, log);
    copies.save({ ...ids, bytes: bytes() });
    await copies.flush();
    copies.remove('env1');
    await copies.flush();
    expect(await copies.load()).toEqual([]);
  });

  it('cause only one warning when they cannot be written', async () => {
    await writeFile(join(directory, 'blocked'), '');
    const copies = new RulesetCopies(join(directory, 'blocked'), log);
    for (let i = 0; i < 3; i += 1) {
      copies.save({ ...ids, bytes: bytes() });
      await copies.flush();
    }
    expect(warn).toHaveBeenCalledTimes(1);
    expect(await copies.load()).toEqual([]);
  });
});
