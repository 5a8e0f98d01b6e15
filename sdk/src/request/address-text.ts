import { type Address, parseAddress } from '../core/ip-address.js';

/**
 * The canonical text of an address (RFC 5952); null when the text is not an address.
 *
 * @example
 * canonicalAddress('::ffff:192.0.2.1'); // '192.0.2.1'
 */
export function canonicalAddress(text: string): string | null {
  const address = parseAddress(text);
  return address === undefined ? null : formatAddress(address);
}

/** Omits the IPv6 zone, which has a meaning on one machine only. */
export function formatAddress(address: Address): string {
  return typeof address === 'number' ? formatV4(address) : formatV6(address);
}

function formatV4(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}

/** Omits the longest run of at least two zero groups; of equally long runs, the first. */
function formatV6(address: bigint): string {
  const groups = [112n, 96n, 80n, 64n, 48n, 32n, 16n, 0n].map((shift) =>
    ((address >> shift) & 0xffffn).toString(16),
  );
  let longest = { start: 0, length: 1 };
  for (let start = 0; start < groups.length; start += 1) {
    let length = 0;
    while (groups[start + length] === '0') length += 1;
    if (length > longest.length) longest = { start, length };
  }
  if (longest.length < 2) return groups.join(':');
  const head = groups.slice(0, longest.start).join(':');
  const tail = groups.slice(longest.start + longest.length).join(':');
  return `${head}::${tail}`;
}
