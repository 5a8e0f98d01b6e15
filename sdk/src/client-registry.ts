/** One client per process is enough; more than this many with one key are a leak. */
const CLIENTS_MAX = 5;

const openClients = new Map<string, number>();

/** Counts a client; true when there are now suspiciously many with its key. */
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
