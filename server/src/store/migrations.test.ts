import { readdir, readFile } from 'node:fs/promises';
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api';
import { describe, expect, test } from 'vitest';
import { type Migration, nextMigration, readMigrations } from './migrate.js';
import * as schema from './schema/index.js';

const META = new URL('../../../drizzle/meta/', import.meta.url);
const migrations = await readMigrations();

/**
 * The release before must work on the schema of this one, because both run while servers are
 * replaced one by one: a migration may add, never take away or tighten.
 */
const BREAKING: readonly (readonly [RegExp, string])[] = [
  [/\bdrop\s+(table|column|type|schema|view)\b/i, 'drops what the release before reads'],
  [/\brename\b/i, 'renames what the release before reads'],
  [/\balter\s+column\b[^;]*\b(set\s+not\s+null|type)\b/i, 'tightens or changes a column'],
  [
    /\badd\s+column\b(?![^;]*\bdefault\b)[^;]*\bnot\s+null\b/i,
    'adds a column that the release before does not fill',
  ],
  [/\b(truncate|delete\s+from)\b/i, 'deletes data'],
  [/\bconcurrently\b/i, 'cannot run in the transaction of its migration'],
];

/** Statements about tables that the same migration makes harm nobody. */
function problemsOf({ name, text }: Migration): readonly string[] {
  const made = new Set([...text.matchAll(/create table "(\w+)"/gi)].map((match) => match[1]));
  return text
    .split(/;/)
    .filter((statement) => !made.has(/alter table "(\w+)"/i.exec(statement)?.[1]))
    .flatMap((statement) => BREAKING.filter(([pattern]) => pattern.test(statement)))
    .map(([, problem]) => `${name} ${problem}`);
}

const migration = (text: string): Migration => ({ id: 0, name: '0000_x', text, checksum: 'a' });

describe('the migrations', () => {
  test('only widen the schema', () => {
    expect(migrations.flatMap(problemsOf)).toEqual([]);
  });

  test.each([
    'alter table "flags" drop column "name"',
    'drop table "flags"',
    'alter table "flags" rename column "name" to "title"',
    'alter table "flags" add column "rank" integer not null',
    'alter table "flags" alter column "name" set not null',
    'alter table "flags" alter column "name" set data type integer',
    'create index concurrently "x" on "flags" ("name")',
    'delete from "flags"',
  ])('would be refused for: %s', (text) => {
    expect(problemsOf(migration(text))).toHaveLength(1);
  });

  test.each([
    'alter table "flags" add column "rank" integer',
    'alter table "flags" add column "rank" integer default 0 not null',
    'create table "ranks" ("id" text primary key not null)',
    'create index "x" on "flags" ("name")',
  ])('may say: %s', (text) => {
    expect(problemsOf(migration(text))).toEqual([]);
  });

  test('make the schema that the code describes', async () => {
    const snapshots = (await readdir(META)).filter((name) => name.endsWith('_snapshot.json'));
    const newest = snapshots.sort().at(-1) ?? '';
    const written = JSON.parse(await readFile(new URL(newest, META), 'utf8'));
    const described = generateDrizzleJson(schema, written.id, undefined, 'snake_case');
    expect(await generateMigration(written, described)).toEqual([]);
  });
});

describe('the next migration', () => {
  const first = { ...migration('select 1'), id: 0, name: '0000_first', checksum: 'a' };
  const second = { ...migration('select 2'), id: 1, name: '0001_second', checksum: 'b' };

  test('is the first that the database lacks', () => {
    expect(nextMigration([first, second], [])).toBe(first);
    expect(nextMigration([first, second], [first])).toBe(second);
    expect(nextMigration([first, second], [first, second])).toBeUndefined();
  });

  test('does not exist for a database of a newer version', () => {
    expect(() => nextMigration([first], [first, second])).toThrow(
      'the database is newer than this Sluice: it has migration "0001_second", this version ' +
        'knows up to "0000_first"',
    );
  });

  test('does not exist when an applied one was edited', () => {
    expect(() => nextMigration([first], [{ ...first, checksum: 'z' }])).toThrow(
      'migration "0000_first" differs from the one that the database has as "0000_first": ' +
        'expected checksum z, got a',
    );
  });
});
