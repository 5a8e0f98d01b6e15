import type { FieldError } from '@sluice/sdk/protocol';

/** Well above the depth of any valid document, well below the depth that overflows the stack. */
export const JSON_DEPTH_MAX = 64;

export type StrictJson =
  | { readonly value: unknown }
  | { readonly problem: string; readonly error?: FieldError };

/**
 * Parses JSON and rejects duplicate names in an object, `__proto__`, U+0000, lone surrogates
 * (PostgreSQL can store neither of these two) and nesting beyond `JSON_DEPTH_MAX`.
 */
export function parseStrictJson(text: string): StrictJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: 'the body is not valid JSON' };
  }
  const error = findSlip(text);
  if (error === null) return { value };
  return { problem: `${error.pointer || 'the body'}: ${error.message}`, error };
}

const LONE_SURROGATE = /\p{Surrogate}/u;

interface Level {
  /** Names seen so far; null in an array. */
  readonly names: Set<string> | null;
  /** The name or index of the value that is being read. */
  place: string | number;
}

/** Scans text that `JSON.parse` has accepted, so that every token is known to be well formed. */
function findSlip(text: string): FieldError | null {
  const levels: Level[] = [];
  const pointer = () => levels.map((level) => `/${escapePointer(String(level.place))}`).join('');
  let expectsName = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    const level = levels.at(-1);
    if (char === '{' || char === '[') {
      if (levels.length === JSON_DEPTH_MAX) {
        return { pointer: pointer(), message: `is nested deeper than ${JSON_DEPTH_MAX} levels` };
      }
      expectsName = char === '{';
      levels.push(expectsName ? { names: new Set(), place: '' } : { names: null, place: 0 });
    } else if (char === '}' || char === ']') {
      levels.pop();
      expectsName = false;
    } else if (char === ',') {
      if (typeof level?.place === 'number' && level.names === null) level.place += 1;
      expectsName = level?.names !== null;
    } else if (char === '"') {
      const end = endOfString(text, at);
      const raw = text.slice(at + 1, end);
      const content = raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
      const names = expectsName ? (level?.names ?? null) : null;
      if (level && names) level.place = content;
      const slip = slipOfName(content, names) ?? slipOfText(content, raw);
      if (slip !== null) return { pointer: pointer(), message: slip };
      names?.add(content);
      expectsName = false;
      at = end;
    }
  }
  return null;
}

function slipOfName(name: string, names: ReadonlySet<string> | null): string | null {
  if (names === null) return null;
  if (name === '__proto__') return 'this name is not allowed';
  return names.has(name) ? 'this name stands twice in one object' : null;
}

/** The bytes are valid UTF-8, so only an escape sequence can contain a forbidden character. */
function slipOfText(text: string, raw: string): string | null {
  if (text === raw) return null;
  if (text.includes('\0')) return 'text must not contain U+0000';
  return LONE_SURROGATE.test(text) ? 'text must be whole Unicode, without lone surrogates' : null;
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0;
  while (text[at - 1 - slashes] === '\\') slashes += 1;
  return slashes % 2 === 1;
}

/** Escapes a name for a JSON pointer (RFC 6901). */
export function escapePointer(place: string): string {
  return place.replaceAll('~', '~0').replaceAll('/', '~1');
}
