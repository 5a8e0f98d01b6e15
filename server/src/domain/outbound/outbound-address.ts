import {
  type AddressRange,
  type AddressRanges,
  isInRanges,
  mergeRanges,
  parseAddress,
  parseBlock,
} from '@sluice/sdk/core';

/** This network, private, shared, loopback, link-local, reserved, documentation, multicast. */
const CLOSED_V4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16'],
  ...['172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16'],
  ...['198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/3'],
];

/**
 * Only 2000::/3 is public, which excludes loopback, mapped, NAT64, unique local, link-local and
 * multicast addresses. Inside it, transition addresses embed IPv4 ones, and documentation ranges
 * are not routed.
 */
const CLOSED_V6 = [
  ...['::/3', '4000::/2', '8000::/1'],
  ...['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'],
];

const CLOSED = mergeRanges([...CLOSED_V4, ...CLOSED_V6].map(knownBlock));

/** Private addresses that the operator has allowed. */
export type AllowedAddresses = AddressRanges;

export const NOTHING_ALLOWED: AllowedAddresses = mergeRanges([]);

export type AllowList =
  | { readonly ranges: AllowedAddresses }
  /** The first entry that is neither an address nor a CIDR block. */
  | { readonly bad: string };

export function parseAllowList(blocks: readonly string[]): AllowList {
  const parsed = blocks.map((block) => parseBlock(block));
  const bad = blocks.find((_, index) => parsed[index] === undefined);
  if (bad !== undefined) return { bad };
  return { ranges: mergeRanges(parsed.filter((range) => range !== undefined)) };
}

/**
 * Whether the address is public or allowed by the operator; false for text that is not an address.
 */
export function mayCall(text: string, allowed: AllowedAddresses): boolean {
  const address = parseAddress(text);
  if (address === undefined) return false;
  return isInRanges(allowed, address) || !isInRanges(CLOSED, address);
}

function knownBlock(text: string): AddressRange {
  const block = parseBlock(text);
  if (block === undefined) throw new Error(`"${text}" is no block`);
  return block;
}
