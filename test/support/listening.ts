import type { ClientEvents, FlagClient } from '../../sdk/src/index.js';
import { Inbox } from './inbox.js';

/** A queue of all events of one kind that a client emits. */
export function listen<E extends keyof ClientEvents>(client: FlagClient, event: E) {
  const inbox = new Inbox<ClientEvents[E]>();
  client.on(event, (payload) => inbox.push(payload));
  return inbox;
}
