/** One field that differs; `path` is a JSON pointer, with a rule's id in place of its index. */
export interface ChangedField {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Fields that differ after every change and carry no information. */
const BOOKKEEPING = new Set(['version', 'updatedAt', 'updatedBy', 'createdAt']);

/**
 * Lists the fields that a change modified. Empty for a creation or deletion, where the whole object
 * is the change.
 */
export function changedFields(before: unknown, after: unknown): readonly ChangedField[] {
  if (!isObject(before) || !isObject(after)) return [];
  const changes: ChangedField[] = [];
  for (const name of namesOf(before, after)) {
    if (!BOOKKEEPING.has(name)) collect(pointer('', name), before[name], after[name], changes);
  }
  return changes;
}

function collect(path: string, before: unknown, after: unknown, changes: ChangedField[]): void {
  if (isSame(before, after)) return;
  if (isObject(before) && isObject(after)) {
    for (const name of namesOf(before, after)) {
      collect(pointer(path, name), before[name], after[name], changes);
    }
  } else if (isList(before) && isList(after)) {
    collectList(path, before, after, changes);
  } else {
    changes.push({ path, before: before ?? null, after: after ?? null });
  }
}

/**
 * Matches members by id, so that moving one rule does not report a change of all rules below it.
 */
function collectList(
  path: string,
  before: readonly Identified[],
  after: readonly Identified[],
  changes: ChangedField[],
): void {
  const old = new Map(before.map((member) => [member.id, member]));
  const now = new Map(after.map((member) => [member.id, member]));
  for (const id of new Set([...old.keys(), ...now.keys()])) {
    collect(pointer(path, id), old.get(id), now.get(id), changes);
  }
  const kept = [...old.keys()].filter((id) => now.has(id));
  const order = [...now.keys()].filter((id) => old.has(id));
  if (!isSame(kept, order)) {
    changes.push({ path: `${path}/order`, before: [...old.keys()], after: [...now.keys()] });
  }
}

interface Identified {
  readonly id: string;
}

function isList(value: unknown): value is readonly Identified[] {
  return (
    Array.isArray(value) &&
    value.every((member) => isObject(member) && typeof member.id === 'string') &&
    new Set(value.map((member: Identified) => member.id)).size === value.length
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
  );
}

/** Compares as JSON; the order of an object's members does not matter. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((member, index) => isSame(member, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  return namesOf(a, b).every(
    (name) => Object.hasOwn(a, name) === Object.hasOwn(b, name) && isSame(a[name], b[name]),
  );
}

function namesOf(a: object, b: object): readonly string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])];
}

function pointer(parent: string, name: string): string {
  return `${parent}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
