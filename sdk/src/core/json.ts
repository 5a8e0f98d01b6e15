import type { JsonValue } from './ruleset.js';

export type JsonRecord = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads own properties only, because inherited ones are not part of a document. */
export function own(record: JsonRecord, name: string): unknown {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** Reads an own member of any value, even of one that throws when it is read. */
export function member(value: unknown, name: string): unknown {
  try {
    return isRecord(value) ? own(value, name) : undefined;
  } catch {
    return undefined;
  }
}

/** The names of the own members of any value. */
export function keysOf(value: unknown): string[] {
  try {
    return isRecord(value) ? Object.keys(value) : [];
  } catch {
    return [];
  }
}

/** A deeply frozen copy; `undefined` for a value that JSON cannot express. */
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

/** Same as `isSameJson`, but returns false for a document that throws when it is read. */
export function isEqualDocument(a: unknown, b: unknown): boolean {
  try {
    return isSameJson(a, b);
  } catch {
    return false;
  }
}

/** Compares two documents; key order and object identity do not matter. */
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

/** Loops over the names, because building a list of them per object would take most of the time. */
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
