import { bigint, index, json, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

/** Every change, in the transaction that made it. Rows are only ever added. */
export const auditEntries = pgTable(
  'audit_entries',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    at: timestamp({ withTimezone: true, precision: 3 }).notNull().defaultNow(),
    /** Null: about the whole installation. No foreign key: history outlives what it is about. */
    projectId: text(),
    environmentId: text(),
    actorKind: text().$type<'user' | 'apiKey' | 'system'>().notNull(),
    actorId: text().notNull(),
    actorName: text().notNull(),
    /** Such as `flag.kill`. */
    action: text().notNull(),
    targetType: text().notNull(),
    targetKey: text().notNull(),
    before: json(),
    after: json(),
    reason: text(),
    requestId: text().notNull(),
    /** The environment's revision that this change made, when it made one. */
    revision: bigint({ mode: 'number' }),
  },
  (t) => [
    index('audit_entries_project').on(t.projectId, t.id),
    index('audit_entries_target').on(t.projectId, t.targetType, t.targetKey, t.id),
  ],
);
