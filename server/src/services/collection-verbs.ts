import { isSame } from '../domain/changed-fields.js';
import type { Grant } from '../domain/grant.js';
import { inUse, versionStale } from '../domain/refusals.js';
import type { CollectionStore } from '../store/collection-store.js';
import type { Tx } from '../store/db.js';
import type { Revision } from '../store/revision-store.js';
import { type Ctx, inTransaction } from './context.js';
import { type Change, recordChange } from './record-change.js';

/** What the verbs need to know about a collection. */
interface Collection<Row, New, Fields, View> extends CollectionStore<Row, New, Fields, View> {
  /** First word of the audit actions; absent: the noun. */
  readonly topicOf?: (view: View) => string;
}

interface Versioned {
  readonly version: number;
}

/** What a change causes beyond its own row. */
export interface Effects extends Pick<Change, 'revises' | 'touched'> {
  /** Added to `after` in the audit entry, to name a secret that changed without showing it. */
  readonly hidden?: Readonly<Record<string, 'changed'>>;
  /** Writes what needs the numbers of the new revisions. */
  readonly onRevised?: (revisions: readonly Revision[]) => Promise<void>;
}

interface Creation<New> {
  readonly key: string;
  /** Checks the input and returns the row to insert. */
  readonly fields: (tx: Tx) => New | Promise<New>;
  /** Runs once the row is inserted. */
  readonly effects?: (tx: Tx) => Promise<Effects>;
}

interface Update<Row, Fields> {
  readonly key: string;
  /** The version that the caller saw. */
  readonly version: number;
  /** Checks the input against the locked row and returns what to save. */
  readonly fields: (tx: Tx, row: Row) => Fields | Promise<Fields>;
  /** Runs once the row is saved; `row` is the one before. */
  readonly effects?: (tx: Tx, row: Row) => Promise<Effects>;
}

interface Deletion<View> {
  readonly key: string;
  /** Names what still uses the item. If there is anything, the item is not deleted. */
  readonly usedBy?: (tx: Tx, before: View) => Promise<readonly string[]>;
  /** Runs once the row is deleted. */
  readonly effects?: (tx: Tx) => Promise<Effects>;
}

export async function createItem<Row, New, Fields, View extends object>(
  ctx: Ctx,
  grant: Grant,
  collection: Collection<Row, New, Fields, View>,
  { key, fields, effects }: Creation<New>,
): Promise<View> {
  return inTransaction(ctx, async (tx) => {
    await collection.insert(tx, grant, key, await fields(tx));
    const caused = await effects?.(tx);
    const after = await collection.get(tx, grant, key);
    const act = { verb: 'create', key, before: null, after };
    await record({ tx, ctx, grant }, collection, act, caused);
    return after;
  });
}

/** Writes nothing, not even an audit entry, when the input changes nothing. */
export async function updateItem<
  Row extends Versioned,
  New,
  Fields extends object,
  View extends Versioned,
>(
  ctx: Ctx,
  grant: Grant,
  collection: Collection<Row, New, Fields, View>,
  { key, version, fields, effects }: Update<Row, Fields>,
): Promise<View> {
  return inTransaction(ctx, async (tx) => {
    const row = await collection.lock(tx, grant, key);
    const before = await collection.get(tx, grant, key);
    if (row.version !== version) throw versionStale(collection.noun, key, version, before);
    const change = await fields(tx, row);
    if (isSame({ ...row, ...change }, row)) return before;
    await collection.save(tx, grant, key, change);
    const caused = await effects?.(tx, row);
    const after = await collection.get(tx, grant, key);
    await record({ tx, ctx, grant }, collection, { verb: 'update', key, before, after }, caused);
    return after;
  });
}

export async function deleteItem<Row, New, Fields, View extends object>(
  ctx: Ctx,
  grant: Grant,
  collection: Collection<Row, New, Fields, View>,
  { key, usedBy, effects }: Deletion<View>,
): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await collection.lock(tx, grant, key);
    const before = await collection.get(tx, grant, key);
    const users = (await usedBy?.(tx, before)) ?? [];
    if (users.length > 0) throw inUse(collection.noun, key, users);
    await collection.delete(tx, grant, key);
    const caused = await effects?.(tx);
    const act = { verb: 'delete', key, before, after: null };
    await record({ tx, ctx, grant }, collection, act, caused);
  });
}

interface Act<View> {
  readonly verb: string;
  readonly key: string;
  readonly before: View | null;
  readonly after: View | null;
}

/** Every verb calls it last. */
async function record<View extends object>(
  { tx, ctx, grant }: { readonly tx: Tx; readonly ctx: Ctx; readonly grant: Grant },
  { noun, topicOf }: Pick<Collection<unknown, unknown, unknown, View>, 'noun' | 'topicOf'>,
  { verb, key, before, after }: Act<View>,
  { hidden, onRevised, ...revised }: Effects = {},
): Promise<void> {
  const view = after ?? before;
  const topic = (view && topicOf?.(view)) ?? noun;
  const revisions = await recordChange(tx, ctx, grant, {
    action: `${topic}.${verb}`,
    target: { type: noun, key },
    before,
    after: after && { ...after, ...hidden },
    ...revised,
  });
  await onRevised?.(revisions);
}
