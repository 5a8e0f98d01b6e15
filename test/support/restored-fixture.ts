import { mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { sql } from 'drizzle-orm';
import postgres from 'postgres';
import { openDatabase } from '../../server/src/store/open-database.js';
import { type DatabaseKind, emptyDatabase, type FreshDatabase } from './database.js';
import type { InstalledSdk } from './driven-sdk.js';
import { factsOf, fixturePath } from './fixture.js';
import { runDirectory } from './run-directory.js';
import { unpackTar } from './tar.js';

/** The old server and the old SDK, ready to run with the packages that they were made with. */
export interface UnpackedFixture {
  /** The script of the server that Node runs. */
  readonly main: string;
  readonly sdk: InstalledSdk;
}

export async function unpackFixture(version: string): Promise<UnpackedFixture> {
  const folder = await mkdtemp(join(runDirectory(), `sluice-${version}-`));
  const { sdkPackage: packageName } = factsOf(version);
  const sdk = join(folder, 'node_modules', packageName);
  await unpack(version, 'packages.tar.br', folder);
  await unpack(version, 'server.tar.br', folder);
  await mkdir(sdk, { recursive: true });
  await unpack(version, 'sdk.tgz', sdk, 1);
  return { main: join(folder, 'server/dist/main.js'), sdk: { folder, packageName } };
}

/**
 * The database of an old server, as if that server had been stopped two minutes ago and its sources
 * and webhooks were at another address. Nothing has been migrated yet: a server of this version
 * does that when it starts.
 */
export async function restoreDatabase(
  version: string,
  kind: DatabaseKind,
  integrations = UNREACHABLE,
): Promise<FreshDatabase> {
  const { stoppedAt, integrations: before } = factsOf(version).databases[kind];
  const fresh = await emptyDatabase(kind);
  await unpack(version, `${kind}-data.tar.br`, fresh.options.dataDirectory);
  if (fresh.options.url !== undefined) await restoreDump(version, fresh.options.url);
  const database = await openDatabase(fresh.options);
  await database.db.execute(sql.raw(moveTimes(new Date(stoppedAt))));
  for (const table of ['sources', 'webhooks']) {
    const at = sql.identifier(table);
    await database.db.execute(sql`update ${at} set url = replace(url, ${before}, ${integrations})`);
  }
  await database.close();
  return fresh;
}

/** Nothing listens at this port. */
const UNREACHABLE = 'http://127.0.0.1:1';

/** Duration of an upgrade: earlier instances count as silent, sessions as open. */
const OUTAGE_MS = 2 * 60_000;
const MINUTE_MS = 60_000;

/**
 * Moves stored times on by the age of the fixture, so that sessions have not expired, releases have
 * not waited for years and no chart is too old, whenever this runs. Times move by whole minutes,
 * because deploys are told apart by minute. Two kinds stay as they are: `revised_at`, which is part
 * of the rulesets that the server has given out and keeps on disk, and times inside JSON, most of
 * which are evidence whose hash is stored beside it.
 */
function moveTimes(stoppedAt: Date): string {
  const ageMs = Date.now() - OUTAGE_MS - stoppedAt.getTime();
  const minutes = Math.max(0, Math.floor(ageMs / MINUTE_MS));
  return `
    do $$
    declare moved record;
    begin
      for moved in
        select table_name, string_agg(
          format('%1$I = %1$I + interval ''${minutes} minutes''', column_name), ', ') as changes
        from information_schema.columns
        where table_schema = 'public' and data_type = 'timestamp with time zone'
          and column_name <> 'revised_at'
        group by table_name
      loop
        execute format('update %I set %s', moved.table_name, moved.changes);
      end loop;
    end $$`;
}

async function restoreDump(version: string, url: string): Promise<void> {
  const packed = await readFile(fixturePath(version, 'postgres.sql.br'));
  const client = postgres(url, { max: 1, onnotice: () => undefined });
  await client.unsafe(brotliDecompressSync(packed).toString());
  await client.end();
}

async function unpack(
  version: string,
  archive: string,
  folder: string,
  strip?: number,
): Promise<void> {
  const packed = await readFile(fixturePath(version, archive));
  const tar = archive.endsWith('.br') ? brotliDecompressSync(packed) : gunzipSync(packed);
  await unpackTar(tar, folder, strip);
}
