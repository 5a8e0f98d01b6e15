import type { JsonValue } from './ruleset.js';

export type JsonRecord = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Own properties only: what a prototype says is no part of a document. */
export function own(record: JsonRecord, name: string): unknown {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** An own member of what may be anything, even something that throws when it is read. */
export function member(value: unknown, name: string): unknown {
  try {
    return isRecord(value) ? own(value, name) : undefined;
  } catch {
    return undefined;
  }
}

/** The names of the own members of what may be anything. */
export function keysOf(value: unknown): string[] {
  try {
    return isRecord(value) ? Object.keys(value) : [];
  } catch {
    return [];
  }
}

/** A copy that nobody can change; `undefined` for what JSON cannot say. */
export function frozenCopy(value: unknown): JsonValue | undefined {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return value;
    case 'object': {
      const text: string | undefined = JSON.stringify(value);
      return text === undefined ? undefined : deepFreeze(JSON.parse(text) as JsonValue);
    }
    default:
      return undefined;
  }
}

function deepFreeze(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
}

/** As `isSameJson`, and false for a document that throws when it is read. */
export function isEqualDocument(a: unknown, b: unknown): boolean {
  try {
    return isSameJson(a, b);
  } catch {
    return false;
  }
}

/** Equal as documents: key order and identity carry no meaning. */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || a === null || a === b) return Object.is(a, b);
  if (Array.isArray(a)) return Array.isArray(b) && isSameList(a, b);
  return isRecord(b) && isSameRecord(a as JsonRecord, b);
}

function isSameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (!isSameJson(a[index], b[index])) return false;
  return true;
}

/** Loops over the names, because a list of them for each object would be most of the work. */
function isSameRecord(a: JsonRecord, b: JsonRecord): boolean {
  let surplus = 0;
  for (const name in a) {
    const other = b[name];
    if (other === undefined && !Object.hasOwn(b, name)) return false;
    if (!isSameJson(a[name], other)) return false;
    surplus += 1;
  }
  for (const _ in b) surplus -= 1;
  return surplus === 0;
}
