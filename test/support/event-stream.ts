import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { Inbox } from './inbox.js';

export interface OpenStream {
  readonly path?: string;
  readonly key: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface EventStream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly events: Inbox<EventSourceMessage>;
  /** Resolves when the server has ended or cut the stream. */
  readonly closed: Promise<void>;
  /** Reads nothing more until `resume`. */
  pause(): void;
  resume(): void;
  close(): void;
}

/** One event stream as it comes off the wire, with a connection of its own. */
export async function openStream(url: string, options: OpenStream): Promise<EventStream> {
  const asked = request(`${url}${options.path ?? '/sdk/v1/stream'}`, {
    agent: false,
    headers: { Authorization: `Bearer ${options.key}`, ...options.headers },
  });
  asked.on('error', () => undefined);
  asked.end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  const events = new Inbox<EventSourceMessage>();
  const parser = createParser({ onEvent: (event) => events.push(event) });
  answer.setEncoding('utf8').on('data', (text: string) => parser.feed(text));
  answer.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => answer.on('close', resolve));
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    events,
    closed,
    pause: () => void answer.pause(),
    resume: () => void answer.resume(),
    close: () => void asked.destroy(),
  };
}

/** The data of an event, parsed. */
// biome-ignore lint/suspicious/noExplicitAny: what a test asserts about it is its type.
export function dataOf(event: EventSourceMessage): any {
  return JSON.parse(event.data);
}
