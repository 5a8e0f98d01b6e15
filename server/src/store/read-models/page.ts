import { and, asc, desc, gt, lt, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { invalid } from '../../domain/refusals.js';

export interface PageQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface Page<T> {
  readonly items: T[];
  /** Cursor of the next page; null on the last one. */
  readonly next: string | null;
}

/** A SELECT that can still be narrowed, such as `db.select().from(flags).$dynamic()`. */
export interface RowQuery<Row> extends PromiseLike<Row[]> {
  where(condition: SQL | undefined): RowQuery<Row>;
  orderBy(...columns: SQL[]): RowQuery<Row>;
  limit(count: number): RowQuery<Row>;
  for(strength: 'update'): RowQuery<Row>;
}

/** A page of the rows that meet `condition`, in the order of their keys. */
export async function pageByKey<Row extends { readonly key: string }>(
  rows: RowQuery<Row>,
  key: PgColumn,
  condition: SQL | undefined,
  query: PageQuery,
): Promise<Page<Row>> {
  const after = placeOfCursor(query.cursor);
  // Databases differ in their default collation; a cursor needs the same order everywhere.
  const sorted = sql`${key} collate "C"`;
  const found = await rows
    .where(and(condition, after === undefined ? undefined : gt(sorted, after)))
    .orderBy(asc(sorted))
    .limit(query.limit + 1);
  return toPage(found, query.limit, (row) => row.key);
}

/** A page of the rows that meet `condition`, newest first: ids rise with time. */
export async function pageByNewest<Row extends { readonly id: string }>(
  rows: RowQuery<Row>,
  id: PgColumn,
  condition: SQL | undefined,
  query: PageQuery,
): Promise<Page<Row>> {
  const after = placeOfCursor(query.cursor);
  const found = await rows
    .where(and(condition, after === undefined ? undefined : lt(id, after)))
    .orderBy(desc(id))
    .limit(query.limit + 1);
  return toPage(found, query.limit, (row) => row.id);
}

/** The page with those of `more` that belong between its cursor and its end. */
export function mergeByKey<T extends { readonly key: string }>(
  page: Page<T>,
  more: readonly T[],
  { limit, cursor }: PageQuery,
): Page<T> {
  const after = placeOfCursor(cursor);
  const later = more.filter(({ key }) => after === undefined || key > after);
  const sorted = [...page.items, ...later].sort((a, b) => (a.key < b.key ? -1 : 1));
  const merged = toPage(sorted, limit, ({ key }) => key);
  return { ...merged, next: merged.next ?? page.next };
}

/** From up to `limit + 1` rows: the extra one only says that there is more. */
export function toPage<Row>(
  rows: readonly Row[],
  limit: number,
  placeOf: (row: Row) => string,
): Page<Row> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return { items, next: hasMore ? encodeCursor(placeOf(last)) : null };
}

export function mapPage<A, B>(page: Page<A>, map: (item: A) => B): Page<B> {
  return { items: page.items.map(map), next: page.next };
}

/** The place that a cursor names; undefined without one. */
export function placeOfCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const place = Buffer.from(cursor, 'base64url').toString('utf8');
  if (place !== '' && encodeCursor(place) === cursor && !place.includes('\0')) return place;
  throw badCursor();
}

/** For lists that are numbered. */
export function numberOfCursor(cursor: string | undefined): number | undefined {
  const place = placeOfCursor(cursor);
  if (place === undefined) return undefined;
  if (/^\d{1,15}$/.test(place)) return Number(place);
  throw badCursor();
}

function encodeCursor(place: string): string {
  return Buffer.from(place, 'utf8').toString('base64url');
}

function badCursor() {
  const message = 'query parameter "cursor" must be the "next" of an earlier page of this list';
  return invalid([{ pointer: '', message }]);
}
