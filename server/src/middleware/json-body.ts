import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import { AppError } from '../domain/errors.js';
import type { AppEnv } from './app-env.js';
import { readBody } from './read-body.js';
import { parseStrictJson } from './strict-json.js';

export const KIB = 1024;
export const MIB = 1024 * KIB;

/**
 * Reads and checks a JSON body before the handler. Bytes are counted as they arrive, so a missing
 * or wrong `Content-Length` has no effect. `c.req.json()` and validators get the checked value.
 */
export function jsonBody(bytesMax: number) {
  return createMiddleware<AppEnv>(async (c, next) => {
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
    const declared = Number(c.req.header('Content-Length') ?? 0);
    if (declared > bytesMax) throw tooLarge(c, bytesMax);
    const bytes = await readBody(c, bytesMax);
    if (bytes === null) throw tooLarge(c, bytesMax);
    const value = bytes.length === 0 ? valueOfNothing(c) : parse(c, bytes);
    c.req.bodyCache.json = Promise.resolve(value);
    return next();
  });
}

/** An empty body with a `Content-Type` counts as an empty object. */
function valueOfNothing(c: Context<AppEnv>): unknown {
  return c.req.header('Content-Type') === undefined ? undefined : {};
}

function parse(c: Context<AppEnv>, bytes: Buffer): unknown {
  refuseForeignForm(c);
  const parsed = parseStrictJson(decodeUtf8(bytes));
  if (!('problem' in parsed)) return parsed.value;
  const { problem, error } = parsed;
  throw new AppError('MALFORMED_BODY', problem, error === undefined ? {} : { errors: [error] });
}

function tooLarge(c: Context<AppEnv>, bytesMax: number): AppError {
  c.header('Connection', 'close');
  return new AppError('BODY_TOO_LARGE', `the body must have at most ${bytesMax} bytes`);
}

function refuseForeignForm(c: Context<AppEnv>): void {
  const encoding = c.req.header('Content-Encoding');
  if (encoding !== undefined && encoding !== 'identity') {
    throw new AppError(
      'UNSUPPORTED_MEDIA_TYPE',
      'Content-Encoding: the body must come uncompressed',
    );
  }
  const type = c.req.header('Content-Type') ?? '';
  if (!/^application\/json *(;|$)/i.test(type)) {
    const came = type === '' ? 'none' : `"${type.slice(0, 100)}"`;
    throw new AppError(
      'UNSUPPORTED_MEDIA_TYPE',
      `Content-Type must be application/json, got ${came}`,
    );
  }
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new AppError('MALFORMED_BODY', 'the body must be UTF-8');
  }
}
