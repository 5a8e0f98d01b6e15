import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds, withDatabase } from '../../../test/support/database.js';
import { createLog } from '../log.js';
import { KeyCopy } from './key-copy.js';

describe.each(databaseKinds)('the copy of the keys on %s', (kind) => {
  const database = withDatabase(kind);
  let directory: string;
  let nowMs: number;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sluice-keys-'));
    nowMs = Date.parse('2026-01-01T00:00:00Z');
    const { db } = database;
    await db.execute(sql`delete from keys`);
    await db.execute(sql`delete from projects`);
    await db.execute(sql`insert into projects (id, key, name) values ('p1', 'p1', 'p1')`);
    await db.execute(sql`
      insert into environments (id, project_id, key, name, epoch)
      values ('e1', 'p1', 'production', 'Production', 'E1')`);
    await db.execute(sql`
      insert into keys
        (id, kind, name, project_id, environment_id, secret_hash, hint, expires_at, revoked_at)
      values
        ('k1', 'server', 'good', 'p1', 'e1', 'hash-1', 'h', null, null),
        ('k2', 'client', 'short', 'p1', 'e1', 'hash-2', 'h', '2026-06-01T00:00:00Z', null),
        ('k3', 'server', 'revoked', 'p1', 'e1', 'hash-3', 'h', null, '2025-01-01T00:00:00Z'),
        ('k4', 'server', 'expired', 'p1', 'e1', 'hash-4', 'h', '2025-01-01T00:00:00Z', null),
        ('k5', 'admin', 'admin', null, null, 'hash-5', 'h', null, null)`);
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const open = () =>
    new KeyCopy({
      ...{ db: database.db, path: join(directory, 'sdk-keys') },
      ...{ log: createLog({ level: 'silent' }), now: () => new Date(nowMs) },
    });

  const refreshed = async () => {
    const copy = open();
    await copy.refresh();
    await copy.flush();
  };

  it('contains only the live SDK keys after a restart', async () => {
    await refreshed();
    const copy = open();
    await copy.load();
    const about = { projectId: 'p1', environmentId: 'e1' };
    expect(copy.recall('hash-1')).toMatchObject({ id: 'k1', kind: 'server', ...about });
    expect(copy.recall('hash-2')?.expiresAt).toEqual(new Date('2026-06-01T00:00:00Z'));
    for (const hash of ['hash-3', 'hash-4', 'hash-5', '']) {
      expect(copy.recall(hash)).toBeUndefined();
    }
  });

  it('forgets a key soon after it was revoked', async () => {
    const copy = open();
    await copy.refresh();
    await database.db.execute(sql`update keys set revoked_at = now() where id = 'k1'`);
    nowMs += 2_999;
    await copy.refresh();
    expect(copy.recall('hash-1')).toBeDefined();
    nowMs += 1;
    await copy.refresh();
    expect(copy.recall('hash-1')).toBeUndefined();
    await copy.flush();
    const again = open();
    await again.load();
    expect(again.recall('hash-1')).toBeUndefined();
  });

  it('contains only hashes and is readable only by the owner of the file', async () => {
    await refreshed();
    const text = await readFile(join(directory, 'sdk-keys'), 'utf8');
    expect(text).toContain('hash-1');
    expect(text).not.toContain('sluice_');
  });

  it('keeps its keys when the database does not answer', async () => {
    const copy = open();
    await copy.refresh();
    nowMs += 10_000;
    await database.db.execute(sql`alter table keys rename to hidden`);
    await expect(copy.refresh()).rejects.toThrow();
    await database.db.execute(sql`alter table hidden rename to keys`);
    expect(copy.recall('hash-1')).toBeDefined();
  });
});
