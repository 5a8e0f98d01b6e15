/** A process needs one client. More than this many with the same key indicate a leak. */
const CLIENTS_MAX = 5;

const openClients = new Map<string, number>();

/** Counts a client. Returns true when more than `CLIENTS_MAX` clients with its key are open. */
export function registerClient(key: string): boolean {
  const count = (openClients.get(key) ?? 0) + 1;
  openClients.set(key, count);
  return count > CLIENTS_MAX;
}

export function unregisterClient(key: string): void {
  const count = (openClients.get(key) ?? 0) - 1;
  if (count > 0) openClients.set(key, count);
  else openClients.delete(key);
}
