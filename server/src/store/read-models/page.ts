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
