import { createParser } from 'eventsource-parser';
import type { RawEvent } from '../protocol/decode-event.js';
import { RULESET_BYTES_MAX } from '../protocol/decode-ruleset.js';

/**
 * Parses bytes into SSE messages, wherever the chunks are split. `feed` throws on invalid UTF-8 and
 * on a line or message beyond the size of the largest ruleset.
 */
export function createEventReader(
  onEvent: (event: RawEvent) => void,
  onComment: () => void,
): (bytes: Uint8Array) => void {
  const text = new TextDecoder('utf-8', { fatal: true });
  let tooLong = false;
  const parser = createParser({
    maxBufferSize: RULESET_BYTES_MAX,
    onEvent,
    onComment,
    onError: (error) => {
      tooLong ||= error.type === 'max-buffer-size-exceeded';
    },
  });
  return (bytes) => {
    parser.feed(text.decode(bytes, { stream: true }));
    if (tooLong) throw new Error(`an event is larger than ${RULESET_BYTES_MAX} characters`);
  };
}
