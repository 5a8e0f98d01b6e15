import { LRUCache } from 'lru-cache';
import { clientAddress, type TrustedProxies } from './client-address.js';
import type { RequestSource } from './request-source.js';

const ENTRIES_MAX = 5_000;
/** Longer than any honest chain of proxies. Longer keys may be forged and are not cached. */
const KEY_LENGTH_MAX = 256;

/**
 * Caches the addresses of headers and sockets, because users return and parsing takes 20 to 100
 * times as long as a lookup. Outcomes are not cached, because building a key takes longer than
 * another evaluation.
 */
export class AddressCache {
  readonly #trusted: TrustedProxies;
  readonly #readsHeader: boolean;
  readonly #addresses = new LRUCache<string, { readonly ip: string | null }>({ max: ENTRIES_MAX });

  constructor(trusted: TrustedProxies) {
    this.#trusted = trusted;
    this.#readsHeader = trusted.v4.length + trusted.v6.length > 0;
  }

  /** The address of the client, in canonical text. */
  addressOf(source: RequestSource): string | null {
    const { socketAddress } = source;
    if (socketAddress === null) return null;
    const forwardedFor = this.#readsHeader ? source.header('x-forwarded-for') : null;
    const key = forwardedFor === null ? socketAddress : `${socketAddress} ${forwardedFor}`;
    const known = this.#addresses.get(key);
    if (known !== undefined) return known.ip;
    const ip = clientAddress(socketAddress, forwardedFor, this.#trusted);
    if (key.length <= KEY_LENGTH_MAX) this.#addresses.set(key, { ip });
    return ip;
  }
}
