import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withDatabase } from '../../../../test/support/database.js';
import { Inbox } from '../../../../test/support/inbox.js';
import { postgresUrl } from '../../../../test/support/postgres.js';

describe('listening for revisions', () => {
  const database = withDatabase('postgres');
  const nudges = new Inbox<number>();
  let stop: () => void;
  let other: postgres.Sql;

  beforeAll(async () => {
    const [row] = await database.db.execute('select current_database() as name');
    const url = new URL(postgresUrl());
    url.pathname = `/${String(row?.name)}`;
    other = postgres(url.href, { max: 1, onnotice: () => undefined });
    let count = 0;
    stop = database.listen(() => nudges.push(++count));
  });

  afterAll(async () => {
    stop();
    await other.end();
  });

  test('begins with a nudge', async () => {
    expect(await nudges.next()).toBe(1);
  });

  test('hears what another server says', async () => {
    await other`select pg_notify('sluice_revisions', '')`;
    expect(await nudges.next()).toBe(2);
  });

  test('starts again by itself, and nudges for what it may have missed', async () => {
    await other`select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen%'`;
    expect(await nudges.next()).toBe(3);
    await other`select pg_notify('sluice_revisions', '')`;
    expect(await nudges.next()).toBe(4);
  });

  test('is silent once stopped', async () => {
    stop();
    await other`select pg_notify('sluice_revisions', '')`;
    await database.db.execute('select 1');
    expect(nudges.all).toHaveLength(4);
  });
});
