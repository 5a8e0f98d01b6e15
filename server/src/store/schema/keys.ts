import { sql } from 'drizzle-orm';
import { check, foreignKey, index, pgTable, text, timestamp, unique } from 'drizzle-orm/pg-core';
import { environments, projects } from './projects.js';

export type KeyKind = 'server' | 'client' | 'admin';

/** Credentials. Only the SHA-256 of a secret is kept; `hint` is what people recognise it by. */
export const keys = pgTable(
  'keys',
  {
    id: text().primaryKey(),
    kind: text().$type<KeyKind>().notNull(),
    name: text().notNull(),
    /** Null: every project (admin keys only). */
    projectId: text().references(() => projects.id, { onDelete: 'cascade' }),
    /** Null for admin keys. */
    environmentId: text(),
    secretHash: text().notNull(),
    hint: text().notNull(),
    createdBy: text(),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    expiresAt: timestamp({ withTimezone: true }),
    revokedAt: timestamp({ withTimezone: true }),
    lastUsedAt: timestamp({ withTimezone: true }),
  },
  (t) => [
    unique('keys_secret_hash').on(t.secretHash),
    foreignKey({
      name: 'keys_environment_fk',
      columns: [t.projectId, t.environmentId],
      foreignColumns: [environments.projectId, environments.id],
    }).onDelete('cascade'),
    index('keys_project').on(t.projectId),
    check(
      'keys_scope',
      sql`(${t.kind} = 'admin' and ${t.environmentId} is null) or (${t.kind} <> 'admin' and ${t.environmentId} is not null and ${t.projectId} is not null)`,
    ),
  ],
);
