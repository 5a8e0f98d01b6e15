import type { Ruleset } from '../core/ruleset.js';
import { decodeRuleset, RULESET_BYTES_MAX } from '../protocol/decode-ruleset.js';
import { TIME_HEADER } from '../protocol/headers.js';
import { parseJson } from '../protocol/json-text.js';
import { parseRetryAfter } from './backoff.js';
import { FIRST_BYTE_TIMEOUT_MS, messageOf, READ_TIMEOUT_MS, type StreamDeps } from './streaming.js';
import type { HttpRequest, HttpResponse } from './transport.js';

export type PollEnd =
  | { readonly kind: 'ruleset'; readonly ruleset: Ruleset; readonly etag: string | null }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly status: number; readonly retryAfterMs: number | null }
  | { readonly kind: 'broken'; readonly message: string }
  | { readonly kind: 'aborted' };

/** Requests the whole ruleset once. An `If-None-Match` in the request keeps the response small. */
export async function pollRuleset(
  deps: StreamDeps,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<PollEnd> {
  const connection = new AbortController();
  const abort = () => connection.abort();
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  let timer = deps.clock.setTimer(abort, FIRST_BYTE_TIMEOUT_MS);
  try {
    const response = await deps.transport(request, connection.signal);
    timer.cancel();
    timer = deps.clock.setTimer(abort, READ_TIMEOUT_MS);
    tellServerTime(response, deps.onServerTime);
    return await toPollEnd(response, deps.clock.now());
  } catch (error) {
    if (signal.aborted) return { kind: 'aborted' };
    const isLate = connection.signal.aborted;
    return { kind: 'broken', message: isLate ? 'no answer in time' : messageOf(error) };
  } finally {
    timer.cancel();
    signal.removeEventListener('abort', abort);
    connection.abort();
  }
}

/** Reads the time from 200 and 304 only, because a proxy may have sent any other response. */
function tellServerTime(response: HttpResponse, tell: StreamDeps['onServerTime']): void {
  if (response.status !== 200 && response.status !== 304) return;
  const time = response.header(TIME_HEADER);
  if (time !== null && /^\d{1,15}$/.test(time)) tell?.(Number(time));
}

async function toPollEnd(response: HttpResponse, now: number): Promise<PollEnd> {
  if (response.status === 304) return { kind: 'unchanged' };
  if (response.status !== 200) {
    const retryAfterMs = parseRetryAfter(response.header('retry-after'), now);
    return { kind: 'refused', status: response.status, retryAfterMs };
  }
  const text = await readText(response, RULESET_BYTES_MAX);
  const decoded = decodeRuleset(parseJson(text));
  if ('problem' in decoded) return { kind: 'broken', message: decoded.problem };
  return { kind: 'ruleset', ruleset: decoded.value, etag: response.header('etag') };
}

/** Throws on more than `bytesMax` bytes and on invalid UTF-8. */
export async function readText(
  response: Pick<HttpResponse, 'read'>,
  bytesMax: number,
): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  let length = 0;
  await response.read((bytes) => {
    length += bytes.length;
    if (length > bytesMax) throw new Error(`the answer is larger than ${bytesMax} bytes`);
    text += decoder.decode(bytes, { stream: true });
  });
  return text + decoder.decode();
}
