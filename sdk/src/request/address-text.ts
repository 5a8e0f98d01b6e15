import { type Address, parseAddress } from '../core/ip-address.js';

/**
 * The one way to write an address (RFC 5952); null for what is none.
 *
 * @example
 * canonicalAddress('::ffff:192.0.2.1'); // '192.0.2.1'
 */
export function canonicalAddress(text: string): string | null {
  const address = parseAddress(text);
  return address === undefined ? null : formatAddress(address);
}

/** An IPv6 zone is not part of the text: it means something on one machine only. */
export function formatAddress(address: Address): string {
  return typeof address === 'number' ? formatV4(address) : formatV6(address);
}

function formatV4(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}

/** The longest run of at least two zero groups is left out, the first of equals. */
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
