/**
 * An IPv4 address is a number and an IPv6 address a bigint. An IPv4-mapped IPv6 address is IPv4. A
 * range contains only one kind.
 */
export type Address = number | bigint;

/** Both ends are included and of the same kind. */
export interface AddressRange {
  readonly first: Address;
  readonly last: Address;
}

/** Sorted, disjoint ranges by kind. */
export interface AddressRanges {
  readonly v4: readonly AddressRange[];
  readonly v6: readonly AddressRange[];
}

const V4_BITS = 32;
const V6_BITS = 128;
const MAPPED_BITS = V6_BITS - V4_BITS;
/** `::ffff:0:0/96`, shifted right by the bits of an IPv4 address. */
const MAPPED_PREFIX = 0xffffn;
const OCTET = /^(?:0|[1-9]\d{0,2})$/;
const GROUP = /^[0-9a-fA-F]{1,4}$/;
const GROUP_COUNT = 8;
const PREFIX_LENGTH = /^(?:0|[1-9]\d{0,2})$/;
/** Longer than any IPv6 text without its zone. */
const TEXT_LENGTH_MAX = 128;

/**
 * Parses IPv4 or IPv6 text and ignores the zone. Rejects leading zeros, ports, brackets and spaces.
 */
export function parseAddress(text: string): Address | undefined {
  const address = parseUnmapped(text);
  return typeof address === 'bigint' && isMapped(address) ? toV4(address) : address;
}

/** Parses an address or a CIDR block; bits beyond the prefix are masked. */
export function parseBlock(text: string): AddressRange | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) {
    const address = parseAddress(text);
    return address === undefined ? undefined : { first: address, last: address };
  }
  const address = parseUnmapped(text.slice(0, slash));
  const lengthText = text.slice(slash + 1);
  if (address === undefined || !PREFIX_LENGTH.test(lengthText)) return undefined;
  const length = Number(lengthText);
  if (typeof address === 'number') return length > V4_BITS ? undefined : v4Block(address, length);
  if (length > V6_BITS) return undefined;
  if (length >= MAPPED_BITS && isMapped(address)) {
    return v4Block(toV4(address), length - MAPPED_BITS);
  }
  return v6Block(address, length);
}

export function mergeRanges(ranges: readonly AddressRange[]): AddressRanges {
  return {
    v4: merged(ranges.filter((range) => typeof range.first === 'number')),
    v6: merged(ranges.filter((range) => typeof range.first === 'bigint')),
  };
}

export function isInRanges(ranges: AddressRanges, address: Address): boolean {
  const sorted = typeof address === 'number' ? ranges.v4 : ranges.v6;
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]!.first <= address) low = middle + 1;
    else high = middle;
  }
  return low > 0 && address <= sorted[low - 1]!.last;
}

function merged(ranges: AddressRange[]): AddressRange[] {
  const sorted = ranges.sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  const disjoint: AddressRange[] = [];
  for (const range of sorted) {
    const previous = disjoint.at(-1);
    if (previous === undefined || range.first > previous.last) disjoint.push(range);
    else if (range.last > previous.last) {
      disjoint[disjoint.length - 1] = { first: previous.first, last: range.last };
    }
  }
  return disjoint;
}

function v4Block(address: number, length: number): AddressRange {
  const size = 2 ** (V4_BITS - length);
  const first = Math.floor(address / size) * size;
  return { first, last: first + size - 1 };
}

function v6Block(address: bigint, length: number): AddressRange {
  const hostBits = BigInt(V6_BITS - length);
  const first = (address >> hostBits) << hostBits;
  return { first, last: first + (1n << hostBits) - 1n };
}

function isMapped(address: bigint): boolean {
  return address >> BigInt(V4_BITS) === MAPPED_PREFIX;
}

function toV4(address: bigint): number {
  return Number(address & 0xffff_ffffn);
}

function parseUnmapped(text: string): Address | undefined {
  if (text.length > TEXT_LENGTH_MAX) return undefined;
  if (!text.includes(':')) return parseV4(text);
  const zone = text.indexOf('%');
  if (zone === text.length - 1) return undefined;
  return parseV6(zone < 0 ? text : text.slice(0, zone));
}

function parseV4(text: string): number | undefined {
  const octets = text.split('.');
  if (octets.length !== 4) return undefined;
  let address = 0;
  for (const octet of octets) {
    if (!OCTET.test(octet) || Number(octet) > 255) return undefined;
    address = address * 256 + Number(octet);
  }
  return address;
}

function parseV6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0]!, halves.length === 1);
  const tail = halves.length === 1 ? [] : groupsOf(halves[1]!, true);
  if (head === undefined || tail === undefined) return undefined;
  const missing = GROUP_COUNT - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const zeros = new Array<number>(missing).fill(0);
  const hex = [...head, ...zeros, ...tail].map((group) => group.toString(16).padStart(4, '0'));
  return BigInt(`0x${hex.join('')}`);
}

/** The groups of one half. The last half may end in IPv4 text, which counts as two groups. */
function groupsOf(text: string, isLast: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    const isV4 = isLast && index === parts.length - 1 && part.includes('.');
    const v4 = isV4 ? parseV4(part) : undefined;
    if (v4 !== undefined) groups.push(Math.floor(v4 / 0x1_0000), v4 % 0x1_0000);
    else if (GROUP.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}
