import { isRecord } from '../core/json.js';
import { type Decoded, decodePatch, decodeRuleset } from './decode-ruleset.js';
import { isCount, parseJson } from './json-text.js';
import type { StreamEvent } from './ruleset-message.js';

/** One undecoded SSE message. */
export interface RawEvent {
  readonly event?: string | undefined;
  readonly id?: string | undefined;
  readonly data: string;
}

/**
 * Returns the event, null for an event unknown to this version, or the problem with the message.
 */
export function decodeEvent(raw: RawEvent): Decoded<StreamEvent> | null {
  const id = raw.id ?? '';
  switch (raw.event) {
    case 'ruleset':
      return decoded(decodeRuleset(parseJson(raw.data)), (data) => ({
        event: 'ruleset',
        id,
        data,
      }));
    case 'patch':
      return decoded(decodePatch(parseJson(raw.data)), (data) => ({ event: 'patch', id, data }));
    case 'current':
      return decoded(decodeHeartbeat(raw), (data) => ({ event: 'current', id, data }));
    case 'heartbeat':
      return decoded(decodeHeartbeat(raw), (data) => ({ event: 'heartbeat', data }));
    case 'goodbye':
      return decoded(decodeGoodbye(raw), (data) => ({ event: 'goodbye', data }));
    default:
      return null;
  }
}

function decoded<T>(result: Decoded<T>, wrap: (value: T) => StreamEvent): Decoded<StreamEvent> {
  return 'problem' in result ? result : { value: wrap(result.value) };
}

function decodeHeartbeat(raw: RawEvent): Decoded<{ now: number }> {
  const data = parseJson(raw.data);
  if (isRecord(data) && isCount(data.now)) return { value: { now: data.now } };
  return { problem: `${raw.event}: now must be epoch milliseconds` };
}

function decodeGoodbye(raw: RawEvent): Decoded<{ afterMs: number }> {
  const data = parseJson(raw.data);
  if (isRecord(data) && isCount(data.afterMs)) return { value: { afterMs: data.afterMs } };
  return { problem: 'goodbye: afterMs must be a whole number from 0' };
}
