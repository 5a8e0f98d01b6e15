import { z } from '@hono/zod-openapi';
import { isValidKey, KEY_FORM } from '@sluice/sdk/core';
import type { Context } from 'hono';
import { AppError, type ErrorCode } from '../domain/errors.js';
import type { AppEnv } from '../middleware/app-env.js';
import { statusOf } from '../middleware/on-error.js';

/** The key of a project, environment, flag, segment, variant or rule in a request body. */
export const keySchema = z
  .string()
  .refine(isValidKey, { error: `must be ${KEY_FORM}` })
  .openapi({ example: 'awesome' });

export const nameSchema = z.string().trim().min(1).max(200);
export const textSchema = z.string().max(2000);
export const reasonSchema = z.string().trim().min(1).max(1000);
export const timeSchema = z.iso.datetime().openapi({ example: '2026-01-31T12:00:00.000Z' });
export const versionSchema = z.number().int().openapi({ example: 1 });

/** Path parameters accept any text, so that a malformed key is answered with 404 as well. */
export const projectParams = z.object({ project: z.string() });
export const environmentParams = projectParams.extend({ environment: z.string() });

export const listQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
});

export function listOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}

/** Returns one page. `next` is the cursor of its last item, or null when the page is not full. */
export function pageOf<T>(rows: readonly T[], limit: number, cursorOf: (row: T) => string) {
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return { items: [...rows], next: last === undefined ? null : cursorOf(last) };
}

/** A named schema or null. `.nullable()` would make the OpenAPI component nullable everywhere. */
export function orNull<T extends z.ZodType>(schema: T) {
  return z.union([schema, z.null()]);
}

export function jsonRequest<T extends z.ZodType>(schema: T) {
  return { content: { 'application/json': { schema } }, required: true } as const;
}

export function jsonResponse<T extends z.ZodType>(schema: T, description: string) {
  return { content: { 'application/json': { schema } }, description } as const;
}

export const ifMatchHeader = z.object({
  'if-match': z
    .string()
    .optional()
    .openapi({ description: 'The version that was seen, in quotes', example: '"3"' }),
});

/** Reads the version from `If-Match: "<version>"`, also when a proxy has made the ETag weak. */
export function readVersion(c: Context<AppEnv>): number {
  const header = c.req.header('If-Match');
  const match = /^(?:W\/)?"(\d{1,9})"$/.exec(header?.trim() ?? '');
  if (match?.[1] !== undefined) return Number(match[1]);
  const came = header === undefined ? 'nothing' : `'${header.slice(0, 40)}'`;
  throw new AppError(
    'VERSION_REQUIRED',
    `If-Match must hold the version that you saw in quotes, such as "3"; got ${came}`,
  );
}

/** Sets the version as the `ETag` of the response. */
export function withEtag<T extends { readonly version: number }>(c: Context<AppEnv>, dto: T): T {
  c.header('ETag', `"${dto.version}"`);
  return dto;
}

const problemSchema = z
  .object({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.number().int(),
    code: z.string(),
    detail: z.string(),
    requestId: z.string(),
    errors: z.array(z.object({ pointer: z.string(), message: z.string() })).optional(),
    current: z.unknown().optional(),
  })
  .openapi('Problem');

/** The error codes of every route that requires authentication. */
const ALWAYS = ['UNAUTHENTICATED', 'FORBIDDEN', 'UNAVAILABLE'] as const;

/** Documents the errors of a route by their codes. Codes with the same status share an entry. */
export function problems(...codes: readonly ErrorCode[]) {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of [...ALWAYS, ...codes]) {
    byStatus.set(statusOf(code), [...(byStatus.get(statusOf(code)) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, named]) => [
      status,
      {
        description: named.join(', '),
        content: { 'application/problem+json': { schema: problemSchema } },
      },
    ]),
  );
}
