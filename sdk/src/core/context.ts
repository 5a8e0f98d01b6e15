/**
 * The input of an evaluation: a flat object with `targetingKey`, `ip` and any other attributes. Any
 * value is allowed; an operator does not match a value that it cannot use.
 */
export interface EvaluationContext {
  readonly targetingKey?: string | number;
  readonly ip?: string;
  readonly [attribute: string]: unknown;
}

/** How to find one attribute: by its whole name first, then along its dots. */
export interface AttributeReader {
  readonly name: string;
  readonly path: readonly string[] | undefined;
  /** Nearly all rollouts draw by `targetingKey`, so reading a unit has a faster path for it. */
  readonly isTargetingKey: boolean;
}

const TARGETING_KEY = 'targetingKey';
const PLAIN = Object.prototype as EvaluationContext;
const NOBODY: object = Object.freeze({});

/** A value that is not an object has no attributes. */
export function subjectOf(context: unknown): object {
  return typeof context === 'object' && context !== null ? context : NOBODY;
}

export function attributeReader(name: string): AttributeReader {
  const path = name.includes('.') ? name.split('.') : undefined;
  return { name, path, isTargetingKey: name === TARGETING_KEY };
}

/** `undefined`: missing. `null`: found as null, which ends the search. */
export function readAttribute(subject: object, reader: AttributeReader): unknown {
  const value = readOwn(subject, reader.name);
  if (value !== undefined || reader.path === undefined) return value;
  return readPath(subject, reader.path);
}

/** The unit of a context; empty when the attribute cannot be a unit. */
export function readUnit(subject: object, reader: AttributeReader): string {
  const value = reader.isTargetingKey ? readTargetingKey(subject) : readAttribute(subject, reader);
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  return dateText(value) ?? '';
}

/** A valid `Date` counts as its ISO text, as after JSON serialization. */
export function dateText(value: unknown): string | undefined {
  if (!(value instanceof Date)) return undefined;
  const time = Date.prototype.getTime.call(value);
  return Number.isNaN(time) ? undefined : Date.prototype.toISOString.call(value);
}

/**
 * Same as `readOwn`, but several times faster for a literal object: V8 caches the location of a
 * property that is named in the code, and a property that is on no prototype must be the object's
 * own.
 */
function readTargetingKey(subject: object): unknown {
  const { targetingKey } = subject as EvaluationContext;
  if (targetingKey === undefined) return undefined;
  const isLiteral = Object.getPrototypeOf(subject) === PLAIN && PLAIN.targetingKey === undefined;
  return isLiteral || Object.hasOwn(subject, TARGETING_KEY) ? targetingKey : undefined;
}

function readOwn(holder: object, name: string): unknown {
  return Object.hasOwn(holder, name) ? (holder as Record<string, unknown>)[name] : undefined;
}

function readPath(subject: object, path: readonly string[]): unknown {
  let value: unknown = subject;
  for (const [depth, name] of path.entries()) {
    if (depth > 0 && !isPlainObject(value)) return undefined;
    value = readOwn(value as object, name);
  }
  return value;
}

/** Plain in any realm: the object has no prototype, or one that has no prototype itself. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
