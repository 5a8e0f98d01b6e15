import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../../../test/support/ask.js';
import {
  databaseKinds,
  type FreshDatabase,
  migratedDatabase,
} from '../../../test/support/database.js';
import { cookieOf, SAME_ORIGIN, signIn } from '../../../test/support/sign-in.js';
import {
  ADMIN_KEY,
  CLIENT_KEY,
  SERVER_KEY,
  type StartedSluice,
  startSluice,
} from '../../../test/support/sluice.js';
import { openDatabase } from '../store/open-database.js';

const PASSWORD = 'a password for the canary';
const NEW_PASSWORD = 'another password for the canary';
const SETUP_TOKEN = 'setup-token-of-the-canary-0123456789';
const EMAIL = 'canary@example.com';

describe.each(databaseKinds)('secrets that were used on %s', (kind) => {
  const lines: string[] = [];
  let fresh: FreshDatabase;
  const secrets = [ADMIN_KEY, SERVER_KEY, CLIENT_KEY, PASSWORD, NEW_PASSWORD, SETUP_TOKEN];

  /** Uses every way in which a secret enters or leaves the server, including failures. */
  async function useEverything(server: StartedSluice): Promise<void> {
    const api = `${server.url}/api/v1`;
    const admin = { token: SETUP_TOKEN, email: EMAIL, password: PASSWORD };
    await ask(`${api}/setup`, { method: 'POST', json: { ...admin, token: `${SETUP_TOKEN}x` } });
    await ask(`${api}/setup`, { method: 'POST', json: { ...admin, email: PASSWORD } });
    const made = await ask(`${api}/setup`, { method: 'POST', json: admin });
    await signIn(server.url, { email: EMAIL, password: `${PASSWORD}!` });
    const Cookie = cookieOf(await signIn(server.url, { email: EMAIL, password: PASSWORD }));
    secrets.push(...[cookieOf(made), Cookie].map((cookie) => cookie.split('=')[1] as string));
    for (const currentPassword of [`${PASSWORD}!`, PASSWORD]) {
      const json = { currentPassword, newPassword: NEW_PASSWORD };
      const headers = { Cookie, ...SAME_ORIGIN };
      await ask(`${api}/session/password`, { method: 'POST', json, headers });
    }
    for (const environment of ['production', undefined]) {
      const json = { kind: environment ? 'server' : 'admin', name: 'canary', environment };
      const headers = { Cookie, ...SAME_ORIGIN };
      const key = await ask<{ id: string; secret: string }>(`${api}/projects/default/keys`, {
        ...{ method: 'POST', json, headers },
      });
      const { id, secret } = key.body;
      secrets.push(secret);
      await ask(`${server.url}/sdk/v1/ruleset`, { key: secret });
      await ask(`${api}/projects/default/flags?search=${secret}`, { key: secret });
      await ask(`${api}/projects/${secret}`, { key: ADMIN_KEY });
      await ask(`${api}/projects/default/keys/${id}`, { method: 'DELETE', key: ADMIN_KEY });
      await ask(`${api}/projects`, { key: secret });
    }
    await ask(`${api}/session`, { method: 'DELETE', headers: { Cookie } });
    await ask(`${server.url}/sdk/v1/ruleset`, { key: SERVER_KEY });
    await ask(`${server.url}/sdk/v1/ruleset`, { key: CLIENT_KEY });
  }

  beforeAll(async () => {
    fresh = await migratedDatabase(kind);
    const server = await startSluice({
      database: fresh.options,
      environment: { SLUICE_SETUP_TOKEN: SETUP_TOKEN },
      write: (line) => void lines.push(line),
    });
    await useEverything(server);
    await server.close();
    expect(secrets).toHaveLength(10);
  });

  afterAll(() => fresh.remove());

  it('are not in any row of any table', async () => {
    const database = await openDatabase(fresh.options);
    const rows: string[] = [];
    const tables = await database.db.execute<{ name: string }>(
      sql`select table_name as name from information_schema.tables where table_schema = 'public'`,
    );
    for (const { name } of tables) {
      const table = sql.identifier(name);
      const dumped = await database.db.execute<{ row: string }>(
        sql`select row_to_json(t)::text as row from ${table} t`,
      );
      rows.push(...dumped.map(({ row }) => row));
    }
    await database.close();
    expect(rows.join('\n')).toContain(EMAIL);
    expect(secretsIn(rows.join('\n'))).toEqual([]);
  });

  it('are not in any line of the log', () => {
    expect(lines.length).toBeGreaterThan(10);
    expect(secretsIn(lines.join(''))).toEqual([]);
  });

  it('are not in any file of the data directory', async () => {
    const directory = fresh.options.dataDirectory;
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const bytes = await readFile(join(file.parentPath, file.name));
      expect(secretsIn(bytes.toString('latin1')), file.name).toEqual([]);
    }
  });

  function secretsIn(text: string): string[] {
    return secrets.filter((secret) => text.includes(secret));
  }
});
