import type { Outbound } from '../domain/outbound/outbound.js';
import { type Measurement, measurementError } from '../domain/sources/measurement.js';
import type { Endpoint } from './metric-source.js';

export type Asked =
  | { readonly status: number; readonly json: unknown }
  | { readonly failure: Measurement };

/** Returns the status and the JSON body, whatever the status; otherwise a failed measurement. */
export async function askJson(
  outbound: Outbound,
  { authorization, timeoutMs }: Endpoint,
  url: string,
): Promise<Asked> {
  const answer = await outbound.send({
    ...{ method: 'GET', url, timeoutMs },
    headers: { Accept: 'application/json', ...authorizationOf(authorization) },
  });
  if (answer.kind === 'failed') return { failure: measurementError(answer.message) };
  const json = parseJson(answer.body);
  if (json !== undefined) return { status: answer.status, json };
  if (isSuccess(answer.status)) return { failure: measurementError('the answer is no JSON') };
  const words = `answered ${answer.status}${hintOf(answer.status)}${plainTextOf(answer.body)}`;
  return { failure: measurementError(words) };
}

/** Graphite explains an invalid target in a line of plain text. HTML pages are left out. */
function plainTextOf(body: string): string {
  const text = body.trim();
  return text === '' || text.startsWith('<') ? '' : `: ${text}`;
}

export function authorizationOf(value: string | null): Record<string, string> {
  return value === null ? {} : { Authorization: value };
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** Explains a redirect, which the outbound client does not follow. */
export function hintOf(status: number): string {
  return status >= 300 && status < 400 ? '; redirects are not followed' : '';
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
