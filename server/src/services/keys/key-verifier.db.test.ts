import { beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds, withDatabase } from '../../../../test/support/database.js';
import { FakeClock } from '../../../../test/support/fake-clock.js';
import { contextOn, grantOn, grantOnNewProject } from '../../../../test/support/verbs.js';
import { createLog } from '../../log.js';
import type { StoredKey } from '../../store/key-store.js';
import { createKey } from './create-key.js';
import { KeyVerifier, type KeyVerifierOptions } from './key-verifier.js';
import { revokeKey } from './revoke-key.js';

const log = createLog({ level: 'silent' });

describe.each(databaseKinds)('the key verifier on %s', (kind) => {
  const database = withDatabase(kind);
  const clock = new FakeClock();
  const now = () => clock.now();
  const ctx = () => ({ ...contextOn(database.db), now });

  const keysInMemory = (more: Partial<KeyVerifierOptions> = {}) => {
    return new KeyVerifier({ db: database.db, log, now, ...more });
  };

  const create = async (expiresAt: Date | null = null) => {
    const grant = await grantOn(ctx(), 'default');
    return createKey(ctx(), grant, { kind: 'server', name: 'web', expiresAt });
  };

  const revoke = async (id: string) => {
    await revokeKey(ctx(), await grantOn(ctx(), 'default'), { id });
  };

  const watched = (keys: KeyVerifier, id: string) => {
    const seen = { ended: 0, stop: () => {} };
    seen.stop = keys.watch(id, () => {
      seen.ended += 1;
    });
    return seen;
  };

  beforeAll(async () => {
    await grantOnNewProject(ctx(), 'default');
  });

  it('returns the key of a secret, and null for unknown secrets', async () => {
    const { id, secret } = await create();
    const keys = keysInMemory();
    expect(await keys.verify(secret)).toMatchObject({ id, kind: 'server', name: 'web' });
    expect(await keys.verify(`${secret.slice(0, -1)}_`)).toBeNull();
    expect(await keys.verify('x'.repeat(50))).toBeNull();
    expect(await keys.verify('')).toBeNull();
  });

  it('detects a revocation by another server, and notifies watchers once', async () => {
    const { id, secret } = await create();
    const keys = keysInMemory();
    await keys.verify(secret);
    const user = watched(keys, id);
    await keys.sweep();
    expect(user.ended).toBe(0);
    await revoke(id);
    expect(await keys.verify(secret)).not.toBeNull();
    await keys.sweep();
    await keys.sweep();
    expect(await keys.verify(secret)).toBeNull();
    expect(user.ended).toBe(1);
  });

  it('detects the revocation of a key that is only watched', async () => {
    const { id } = await create();
    const keys = keysInMemory();
    const [stays, went] = [watched(keys, id), watched(keys, id)];
    went.stop();
    await revoke(id);
    await keys.sweep();
    expect([stays.ended, went.ended]).toEqual([1, 0]);
  });

  it('ends a key at its expiry without a query', async () => {
    const { id, secret } = await create(new Date(clock.now().getTime() + 60_000));
    const keys = keysInMemory();
    await keys.verify(secret);
    const user = watched(keys, id);
    clock.advance({ seconds: 59 });
    expect(await keys.verify(secret)).not.toBeNull();
    clock.advance({ seconds: 1 });
    expect(await keys.verify(secret)).toBeNull();
    expect(user.ended).toBe(1);
  });

  it('records the use of a key at most once a minute', async () => {
    const { id, secret } = await create();
    const keys = keysInMemory();
    const usedAt = async () => {
      await keys.verify(secret);
      await keys.sweep();
      const row = await database.db.query.keys.findFirst({
        where: (key, { eq }) => eq(key.id, id),
      });
      return row?.lastUsedAt?.getTime();
    };
    const first = clock.now().getTime();
    expect(await usedAt()).toBe(first);
    clock.advance({ seconds: 59 });
    expect(await usedAt()).toBe(first);
    clock.advance({ seconds: 1 });
    expect(await usedAt()).toBe(first + 60_000);
  });
});

describe.each(databaseKinds)('the key verifier with %s down', (kind) => {
  const database = withDatabase(kind);
  const now = () => new Date('2026-03-01T12:00:00Z');
  const secret = 'x'.repeat(40);
  const stored: StoredKey = {
    ...{ id: 'k1', kind: 'server', name: 'web', projectId: 'p', environmentId: 'e' },
    ...{ secretHash: '', expiresAt: null },
  };

  beforeAll(() => database.close());

  it('uses keys from disk until the database is back', async () => {
    const keys = new KeyVerifier({ db: database.db, log, now, recall: () => stored });
    for (let round = 0; round < 3; round += 1) {
      expect(await keys.verify(secret)).toMatchObject({ id: 'k1' });
      await keys.sweep();
    }
  });

  it('rejects an expired key from disk', async () => {
    const expired = { ...stored, expiresAt: new Date('2026-03-01T12:00:00Z') };
    const keys = new KeyVerifier({ db: database.db, log, now, recall: () => expired });
    expect(await keys.verify(secret)).toBeNull();
  });

  it('throws for a key that is not on disk, instead of rejecting it', async () => {
    const keys = new KeyVerifier({ db: database.db, log, now });
    await expect(keys.verify(secret)).rejects.toThrow();
    expect(await keys.verify('too short')).toBeNull();
  });
});
