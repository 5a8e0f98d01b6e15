import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { and, eq, sql } from 'drizzle-orm';
import type { Actor } from '../domain/actor.js';
import type { Decision } from '../domain/releases/decision.js';
import type { DecisionInputs } from '../domain/releases/decision-inputs.js';
import type { Db, Tx } from './db.js';
import { decisions } from './schema/index.js';

export type DecisionRow = typeof decisions.$inferSelect;

export interface NewDecision {
  readonly releaseId: string;
  /** The version of the release after the move. */
  readonly version: number;
  readonly at: Date;
  readonly action: string;
  readonly sentence: string;
  readonly actor: Actor;
  readonly reason: string | null;
  readonly decision: Decision | null;
  /** All inputs of the computation; null for a decision of a user. */
  readonly inputs: DecisionInputs | null;
  readonly serverVersion: string;
}

export async function insertDecision(tx: Tx, decision: NewDecision): Promise<void> {
  const { actor, inputs, ...row } = decision;
  const text = inputs === null ? null : JSON.stringify(inputs);
  await tx.insert(decisions).values({
    ...row,
    actor: { kind: actor.kind, id: actor.id, name: actor.name },
    inputs: text === null ? null : gzipSync(text),
    inputsHash: text === null ? null : hashOf(text),
  });
}

export async function findDecision(
  db: Db | Tx,
  releaseId: string,
  version: number,
): Promise<DecisionRow | undefined> {
  const [row] = await db
    .select()
    .from(decisions)
    .where(and(eq(decisions.releaseId, releaseId), eq(decisions.version, version)));
  return row;
}

/** Returns the time of the newest decision whose inputs are stored. */
export async function findNewestInputsAt(db: Db | Tx, releaseId: string): Promise<Date | null> {
  const [row] = await db
    .select({ at: sql<string | null>`max(${decisions.at})` })
    .from(decisions)
    .where(and(eq(decisions.releaseId, releaseId), sql`${decisions.inputs} is not null`));
  return row?.at ? new Date(row.at) : null;
}

export interface OpenedInputs {
  /** The stored inputs, in the format of the version that made the decision. */
  readonly stored: DecisionInputs;
  /** True when the hash still matches the stored text. */
  readonly isIntact: boolean;
}

export function openInputs(row: Pick<DecisionRow, 'inputs' | 'inputsHash'>): OpenedInputs | null {
  if (row.inputs === null) return null;
  const text = gunzipSync(row.inputs).toString('utf8');
  return { stored: JSON.parse(text) as DecisionInputs, isIntact: hashOf(text) === row.inputsHash };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
