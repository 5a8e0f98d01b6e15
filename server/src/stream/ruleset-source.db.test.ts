import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds, withDatabase } from '../../../test/support/database.js';
import { createLog } from '../log.js';
import { bumpRevisions } from '../store/revision-store.js';
import { RulesetCopies } from './ruleset-copies.js';
import { RulesetSource, type SourceEvent } from './ruleset-source.js';

const ENVIRONMENT = 'env-1';
const MINUTE_MS = 60_000;
const log = createLog({ level: 'silent' });

describe.each(databaseKinds)('the ruleset source on %s', (kind) => {
  const database = withDatabase(kind);
  let directory: string;
  let now: number;
  let events: SourceEvent[];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sluice-source-'));
    now = 10 * MINUTE_MS;
    await resetDatabase();
  });
  /** A copy may still be on its way to the disk. */
  afterEach(() => rm(directory, { recursive: true, force: true, maxRetries: 10 }));

  async function resetDatabase(revision = 0): Promise<void> {
    const { db } = database;
    await db.execute(sql`delete from audit_entries`);
    await db.execute(sql`delete from projects`);
    await db.execute(sql`insert into projects (id, key, name) values ('p1', 'default', 'D')`);
    await db.execute(sql`
      insert into environments (id, project_id, key, name, epoch, revision)
      values (${ENVIRONMENT}, 'p1', 'production', 'Production', 'E1', ${revision})`);
  }

  /** One server: its memory and its disk. */
  async function startSource(): Promise<{ source: RulesetSource; copies: RulesetCopies }> {
    const copies = new RulesetCopies(directory, log);
    const { db } = database;
    const source = new RulesetSource({
      db,
      copies,
      log,
      clock: () => now,
      receiptSpreadMs: () => 0,
    });
    events = [];
    source.onEvent((event) => events.push(event));
    await source.loadCopies();
    return { source, copies };
  }

  async function makeFlag(key: string, killed = false): Promise<void> {
    await database.db.transaction(async (tx) => {
      await tx.execute(sql`
        insert into flags (id, project_id, key, name, type, seed, variants)
        values (${key}, 'p1', ${key}, ${key}, 'boolean', ${key}, '{"on":true,"off":false}')`);
      await tx.execute(sql`
        insert into flag_configs (project_id, environment_id, flag_id, off_variant, killed)
        values ('p1', ${ENVIRONMENT}, ${key}, 'off', ${killed})`);
      await bumpRevisions(tx, [ENVIRONMENT], { flagKeys: [key] });
    });
  }

  async function kill(key: string): Promise<void> {
    await database.db.transaction(async (tx) => {
      await tx.execute(sql`update flag_configs set killed = true where flag_id = ${key}`);
      await bumpRevisions(tx, [ENVIRONMENT], { flagKeys: [key], killedKeys: [key] });
    });
  }

  const setRevision = (revision: number) =>
    database.db.execute(sql`update environments set revision = ${revision}`);
  const flagsOf = (source: RulesetSource) =>
    Object.keys(JSON.parse(String(source.current(ENVIRONMENT)?.bytes())).flags);
  const positionOf = (source: RulesetSource) => source.current(ENVIRONMENT)?.position;
  const framesOf = () =>
    events.flatMap((event) => (event.kind === 'changed' ? [String(event.frame)] : []));

  it('is not ready before its first read and then serves the state of the database', async () => {
    const { source } = await startSource();
    expect(source.isReady).toBe(false);
    await makeFlag('a');
    await source.refresh();
    expect(source.isReady).toBe(true);
    expect(positionOf(source)).toEqual({ epoch: 'E1', revision: 1 });
    expect(flagsOf(source)).toEqual(['a']);
  });

  it('announces each change once, as a patch', async () => {
    const { source } = await startSource();
    await makeFlag('a');
    await source.refresh();
    await makeFlag('b');
    await makeFlag('c');
    await source.refresh();
    await source.refresh();
    expect(framesOf()).toHaveLength(1);
    expect(framesOf()[0]).toMatch(/^id: E1:3\nevent: patch\ndata: \{"epoch":"E1","from":1,"to":3/);
    expect(flagsOf(source)).toEqual(['a', 'b', 'c']);
  });

  it('asks for receipts when a flag was killed', async () => {
    const { source } = await startSource();
    await makeFlag('a');
    await source.refresh();
    await kill('a');
    await source.refresh();
    expect(framesOf()[0]).toContain('"receiptSpreadMs":0');
  });

  it('sends a patch even when the list of changes per revision has been pruned', async () => {
    const { source } = await startSource();
    await makeFlag('a');
    await source.refresh();
    await makeFlag('b');
    await database.db.execute(sql`delete from revision_changes`);
    await source.refresh();
    expect(framesOf()[0]).toContain('event: patch');
    expect(flagsOf(source)).toEqual(['a', 'b']);
  });

  it('announces a deleted environment and removes its copy', async () => {
    const { source, copies } = await startSource();
    await makeFlag('a');
    await source.refresh();
    await copies.flush();
    await database.db.execute(sql`delete from projects`);
    await source.refresh();
    expect(events).toMatchObject([{ kind: 'gone', environmentId: ENVIRONMENT, projectId: 'p1' }]);
    expect(source.current(ENVIRONMENT)).toBeUndefined();
    await copies.flush();
    expect(await copies.load()).toEqual([]);
  });

  it('serves its copy after a restart, before the database has answered', async () => {
    const first = await startSource();
    await makeFlag('a');
    await first.source.refresh();
    await first.copies.flush();
    const { source } = await startSource();
    expect(source.isReady).toBe(true);
    expect(flagsOf(source)).toEqual(['a']);
  });

  it('sends clients at the revision of its copy a patch with the changes it missed', async () => {
    const first = await startSource();
    await makeFlag('a');
    await first.source.refresh();
    await first.copies.flush();
    await makeFlag('b');
    const { source } = await startSource();
    await source.refresh();
    expect(framesOf()[0]).toContain('"from":1,"to":2');
    expect(String(source.current(ENVIRONMENT)?.patchSince(1))).toContain('"b"');
  });

  it('changes nothing when the database is at the revision of its copy', async () => {
    const first = await startSource();
    await makeFlag('a');
    await first.source.refresh();
    await first.copies.flush();
    const { source } = await startSource();
    await source.refresh();
    expect(events).toEqual([]);
    expect(positionOf(source)).toEqual({ epoch: 'E1', revision: 1 });
  });

  it('begins a new epoch when the database is behind its own disk copy', async () => {
    const first = await startSource();
    await makeFlag('a');
    await makeFlag('b');
    await first.source.refresh();
    await first.copies.flush();
    await resetDatabase();
    await makeFlag('c');
    const { source } = await startSource();
    await source.refresh();
    expect(positionOf(source)).toMatchObject({ revision: 1 });
    expect(positionOf(source)?.epoch).not.toBe('E1');
    expect(framesOf()[0]).toContain('event: ruleset');
    expect(flagsOf(source)).toEqual(['c']);
  });

  it('begins a new epoch when the same revision has different content', async () => {
    const first = await startSource();
    await makeFlag('a');
    await first.source.refresh();
    await first.copies.flush();
    await resetDatabase();
    await makeFlag('z');
    const { source } = await startSource();
    await source.refresh();
    expect(positionOf(source)?.epoch).not.toBe('E1');
    expect(flagsOf(source)).toEqual(['z']);
  });

  it('begins a new epoch when the database falls back while it runs', async () => {
    const { source } = await startSource();
    await makeFlag('a');
    await makeFlag('b');
    await source.refresh();
    await setRevision(1);
    await source.refresh();
    expect(positionOf(source)).toMatchObject({ revision: 1 });
    expect(positionOf(source)?.epoch).not.toBe('E1');
  });

  it('begins a new epoch when a client has seen a later revision, and audits it', async () => {
    const { source } = await startSource();
    await makeFlag('a');
    await source.refresh();
    expect(source.notePresented(ENVIRONMENT, { epoch: 'E1', revision: 9 })).toBe(true);
    await source.refresh();
    expect(positionOf(source)?.epoch).not.toBe('E1');
    const audit = await database.db.execute(sql`select action, actor_kind from audit_entries`);
    expect(audit).toMatchObject([{ action: 'environment.renewEpoch', actor_kind: 'system' }]);
  });

  it('keeps the epoch when the database is at the revision of the client', async () => {
    const { source } = await startSource();
    await makeFlag('a');
    await source.refresh();
    await makeFlag('b');
    source.notePresented(ENVIRONMENT, { epoch: 'E1', revision: 2 });
    await source.refresh();
    expect(positionOf(source)).toEqual({ epoch: 'E1', revision: 2 });
  });

  it('ignores a client report of another epoch or of a revision it already has', async () => {
    const { source } = await startSource();
    await makeFlag('a');
    await source.refresh();
    expect(source.notePresented(ENVIRONMENT, { epoch: 'E0', revision: 9 })).toBe(false);
    expect(source.notePresented(ENVIRONMENT, { epoch: 'E1', revision: 1 })).toBe(false);
    expect(source.notePresented('elsewhere', { epoch: 'E1', revision: 9 })).toBe(false);
  });

  it('changes an epoch at most once a minute, whatever clients report', async () => {
    const { source } = await startSource();
    await makeFlag('a');
    await source.refresh();
    source.notePresented(ENVIRONMENT, { epoch: 'E1', revision: 9 });
    await source.refresh();
    const epoch = positionOf(source)?.epoch ?? '';
    source.notePresented(ENVIRONMENT, { epoch, revision: 99 });
    now += MINUTE_MS - 1;
    await source.refresh();
    expect(positionOf(source)?.epoch).toBe(epoch);
    now += 1;
    await source.refresh();
    expect(positionOf(source)?.epoch).not.toBe(epoch);
  });

  it('lets one of two servers change the epoch, and the other follows', async () => {
    const { source: first } = await startSource();
    const { source: second } = await startSource();
    await makeFlag('a');
    await makeFlag('b');
    await Promise.all([first.refresh(), second.refresh()]);
    await setRevision(1);
    await Promise.all([first.refresh(), second.refresh()]);
    await Promise.all([first.refresh(), second.refresh()]);
    expect(positionOf(first)).toEqual(positionOf(second));
    const renewals = await database.db.execute(sql`
      select from audit_entries where action = 'environment.renewEpoch'`);
    expect(renewals).toHaveLength(1);
  });

  it('keeps its rulesets when the database does not answer', async () => {
    const { source } = await startSource();
    await makeFlag('a');
    await source.refresh();
    await database.db.execute(sql`alter table environments rename to hidden`);
    await expect(source.refresh()).rejects.toThrow();
    await database.db.execute(sql`alter table hidden rename to environments`);
    expect(flagsOf(source)).toEqual(['a']);
    await makeFlag('b');
    await source.refresh();
    expect(flagsOf(source)).toEqual(['a', 'b']);
  });
});
