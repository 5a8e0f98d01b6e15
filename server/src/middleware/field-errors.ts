import type { FieldError } from '@sluice/sdk/protocol';
import type { z } from '@hono/zod-openapi';
import { escapePointer } from './strict-json.js';

type Issue = z.core.$ZodIssue;

const SHOWN_LENGTH_MAX = 60;
/** Fields whose values are never quoted, because responses may be logged or displayed. */
const SECRET_FIELDS: ReadonlySet<PropertyKey | undefined> = new Set([
  ...['password', 'token', 'authorization'],
]);

/** Describes each invalid field: its JSON pointer, the expected and the received value. */
export function fieldErrorsOf(error: z.ZodError, input: unknown): FieldError[] {
  return error.issues.flatMap((issue) => describe(issue, input));
}

function describe(issue: Issue, input: unknown): FieldError[] {
  const pointer = pointerOf(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: `${pointer}/${escapePointer(key)}`,
      message: 'this field is unknown',
    }));
  }
  const came = valueAt(input, issue.path);
  const got = SECRET_FIELDS.has(issue.path.at(-1)) ? '' : `, got ${shown(came)}`;
  const expected = expectationOf(issue);
  if (expected === null) return [{ pointer, message: `${issue.message}${got}` }];
  if (came === undefined) return [{ pointer, message: `is missing: expected ${expected}` }];
  return [{ pointer, message: `must be ${expected}${got}` }];
}

/** Null when the message of the schema is sufficient. */
function expectationOf(issue: Issue): string | null {
  switch (issue.code) {
    case 'invalid_type':
      return TYPES[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue.values.map((value) => JSON.stringify(value)).join(' or ');
    case 'too_small':
      return bound(issue.origin, issue.minimum, 'at least');
    case 'too_big':
      return bound(issue.origin, issue.maximum, 'at most');
    case 'invalid_union':
      return unionOf(issue.errors);
    default:
      return null;
  }
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
};

function bound(origin: string, limit: number | bigint, words: string): string {
  if (origin === 'string') return `text of ${words} ${limit} characters`;
  if (origin === 'array' || origin === 'set') return `a list of ${words} ${limit} entries`;
  if (origin === 'object' || origin === 'record') return `an object of ${words} ${limit} entries`;
  return `${words} ${limit}`;
}

function unionOf(branches: readonly (readonly Issue[])[]): string | null {
  const expected = branches.map(([first]) =>
    first === undefined || first.path.length > 0 ? null : expectationOf(first),
  );
  return expected.includes(null) ? null : expected.join(' or ');
}

function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((place) => `/${escapePointer(String(place))}`).join('');
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, place) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, place)
        ? (value as Record<PropertyKey, unknown>)[place]
        : undefined,
    input,
  );
}

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : (JSON.stringify(value) ?? typeof value);
  return text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}…` : text;
}
