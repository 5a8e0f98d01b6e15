import { and, eq, getTableName, type SQL, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { ulid } from 'ulid';
import type { Grant } from '../domain/grant.js';
import { alreadyExists, type Noun, notFound } from '../domain/refusals.js';
import type { Db, Tx } from './db.js';
import {
  mapPage,
  mergeByKey,
  type Page,
  type PageQuery,
  pageByKey,
  pageByNewest,
  type RowQuery,
} from './read-models/page.js';
import { refuseDuplicate } from './unique-violation.js';

/**
 * A table of items of a project, such as windows. The key identifies an item; the unique index
 * `<table>_key_unique` ignores its case. In a table without a key column, the id identifies it.
 */
type CollectionTable = PgTable & {
  readonly id: PgColumn;
  readonly projectId: PgColumn;
  readonly key?: PgColumn;
  readonly version: PgColumn;
  readonly updatedAt?: PgColumn;
};

/** Columns that the store adds to a new row. */
export interface Owned {
  readonly id: string;
  readonly projectId: string;
  readonly key: string;
}

/** Columns that the store adds to a change. */
export interface Bumped {
  readonly version: SQL;
  readonly updatedAt?: SQL;
}

/** The parts that differ by table. The statements are written out so that drizzle types them. */
interface CollectionOptions<Row, New, Change, View> {
  readonly noun: Noun;
  readonly table: CollectionTable;
  readonly select: (db: Db | Tx) => RowQuery<Row>;
  readonly insert: (tx: Tx, row: New & Owned) => PromiseLike<unknown>;
  readonly update: (
    tx: Tx,
    change: Change & Bumped,
  ) => { where(condition: SQL | undefined): PromiseLike<unknown> };
  /** Returns a function that renders one of `rows`, after reading the related rows, if any. */
  readonly viewer: (
    rows: readonly Row[],
    db: Db | Tx,
    grant: Grant,
  ) => Viewer<Row, View> | Promise<Viewer<Row, View>>;
}

type Viewer<Row, View> = (row: Row) => View;

/** The reads and writes of one collection, within the project of the grant. */
export interface CollectionStore<Row, New, Change, View> {
  readonly noun: Noun;
  insert(tx: Tx, grant: Grant, key: string, fields: New): Promise<void>;
  /** The row, locked until commit. */
  lock(tx: Tx, grant: Grant, key: string): Promise<Row>;
  save(tx: Tx, grant: Grant, key: string, change: Change): Promise<void>;
  delete(tx: Tx, grant: Grant, key: string): Promise<void>;
  /** The row, with secrets that the view leaves out. */
  getRow(db: Db | Tx, grant: Grant, key: string): Promise<Row>;
  get(db: Db | Tx, grant: Grant, key: string): Promise<View>;
  /** Sorted by key; items without a key are sorted newest first. */
  page(db: Db, grant: Grant, query: PageQuery): Promise<Page<View>>;
}

export function collectionStore<
  Row extends { readonly id: string; readonly key: string },
  New,
  Change,
  View,
>(options: CollectionOptions<Row, New, Change, View>): CollectionStore<Row, New, Change, View> {
  const { noun, table, select, viewer } = options;
  const isOwn = (grant: Grant) => eq(table.projectId, grant.projectId);
  const isItem = (grant: Grant, key: string) => and(isOwn(grant), eq(table.key ?? table.id, key));
  const bumped = {
    version: sql`${table.version} + 1`,
    ...(table.updatedAt && { updatedAt: sql`now()` }),
  };
  const one = async (rows: RowQuery<Row>, key: string) => {
    const [row] = await rows;
    if (!row) throw notFound(noun, key);
    return row;
  };
  const getRow = (db: Db | Tx, grant: Grant, key: string) =>
    one(select(db).where(isItem(grant, key)), key);
  return {
    noun,
    async insert(tx, grant, key, fields) {
      const row = { ...fields, id: ulid(), projectId: grant.projectId, key };
      const index = `${getTableName(table)}_key_unique`;
      await refuseDuplicate(options.insert(tx, row), index, () => alreadyExists(noun, key));
    },
    lock: (tx, grant, key) => one(select(tx).where(isItem(grant, key)).for('update'), key),
    async save(tx, grant, key, change) {
      await options.update(tx, { ...change, ...bumped }).where(isItem(grant, key));
    },
    async delete(tx, grant, key) {
      await tx.delete(table).where(isItem(grant, key));
    },
    getRow,
    async get(db, grant, key) {
      const row = await getRow(db, grant, key);
      const toView = await viewer([row], db, grant);
      return toView(row);
    },
    async page(db, grant, query) {
      const page = await (table.key
        ? pageByKey(select(db), table.key, isOwn(grant), query)
        : pageByNewest(select(db), table.id, isOwn(grant), query));
      return mapPage(page, await viewer(page.items, db, grant));
    },
  };
}

/** Adds the built-in items, which every project has and no table stores. */
export function withBuiltIn<Row, New, Change, View extends { readonly key: string }>(
  stored: CollectionStore<Row, New, Change, View>,
  items: readonly View[],
): CollectionStore<Row, New, Change, View> {
  return {
    ...stored,
    async get(db, grant, key) {
      return items.find((item) => item.key === key) ?? stored.get(db, grant, key);
    },
    async page(db, grant, query) {
      return mergeByKey(await stored.page(db, grant, query), items, query);
    },
  };
}
