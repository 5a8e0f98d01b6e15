import {
  type Address,
  type AddressRanges,
  isInRanges,
  mergeRanges,
  parseAddress,
  parseBlock,
} from '../core/ip-address.js';
import { formatAddress } from './address-text.js';

/** More hops than any honest chain of proxies has. */
const HOPS_MAX = 50;

/** Proxies whose `X-Forwarded-For` entries are trusted. */
export type TrustedProxies = AddressRanges;

/**
 * Parses addresses and CIDR blocks; calls `onBad` for each that is neither.
 *
 * @example
 * const trusted = parseTrustedProxies(['10.0.0.0/8'], (block) => log.warn(`no address: ${block}`));
 */
export function parseTrustedProxies(
  blocks: readonly string[],
  onBad: (block: string) => void,
): TrustedProxies {
  const ranges = blocks.flatMap((block) => {
    const range = parseBlock(block);
    if (range === undefined) onBad(block);
    return range ?? [];
  });
  return mergeRanges(ranges);
}

/**
 * The address of the client, in canonical text. Each proxy appends the address that it saw to
 * `X-Forwarded-For`, so the header is read from the right: the first address that is not a trusted
 * proxy is the client, and entries to its left can be forged. Null without a valid socket address.
 *
 * @example
 * const ip = clientAddress(socket.remoteAddress, request.headers['x-forwarded-for'], trusted);
 */
export function clientAddress(
  socketAddress: string | null,
  forwardedFor: string | null,
  trusted: TrustedProxies,
): string | null {
  const peer = socketAddress === null ? undefined : parseAddress(socketAddress);
  if (peer === undefined) return null;
  let client: Address = peer;
  const hops = forwardedFor === null ? [] : forwardedFor.split(',').slice(-HOPS_MAX).reverse();
  for (const hop of hops) {
    if (!isInRanges(trusted, client)) break;
    const address = parseHop(hop.trim());
    if (address === undefined) break;
    client = address;
  }
  return formatAddress(client);
}

/** Some proxies add a port, and brackets around IPv6. */
function parseHop(text: string): Address | undefined {
  const bracketed = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(text);
  if (bracketed) return parseAddress(bracketed[1] as string);
  const withPort = /^(\d+\.\d+\.\d+\.\d+):\d{1,5}$/.exec(text);
  return parseAddress(withPort ? (withPort[1] as string) : text);
}
