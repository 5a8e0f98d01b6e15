import type { ClientEvents, FlagClient } from '../../sdk/src/index.js';
import { Inbox } from './inbox.js';

/** Everything that a client says of one kind, to be waited for. */
export function listen<E extends keyof ClientEvents>(client: FlagClient, event: E) {
  const inbox = new Inbox<ClientEvents[E]>();
  client.on(event, (payload) => inbox.push(payload));
  return inbox;
}
