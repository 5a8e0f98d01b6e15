import type { EventSourceMessage } from 'eventsource-parser';
import { dataOf } from './event-stream.js';

// biome-ignore lint/suspicious/noExplicitAny: a ruleset document, as a client keeps it.
type Document = any;

/** Follows a stream as a client does, and throws at the first gap or step back. */
export class PositionChain {
  document: Document;

  get revision(): number {
    return this.document?.revision ?? -1;
  }

  take(message: EventSourceMessage): void {
    const data = dataOf(message);
    if (message.event === 'ruleset') this.document = data;
    if (message.event !== 'patch') return;
    if (data.epoch !== this.document.epoch || data.from !== this.document.revision) {
      throw new Error(`a patch from ${data.from} came at revision ${this.document.revision}`);
    }
    Object.assign(this.document, { revision: data.to, at: data.at });
    merge(this.document.flags, data.flags);
    merge(this.document.segments, data.segments);
  }
}

function merge(entries: Record<string, unknown>, changes: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) delete entries[key];
    else entries[key] = value;
  }
}
