import { BlockList, isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { expect, test, vi } from 'vitest';
import { PROPERTY_TIMEOUT_MS, runs } from '../../../test/conformance/property-runs.js';
import { isInRanges, mergeRanges, parseAddress, parseBlock } from './ip-address.js';

vi.setConfig({ testTimeout: PROPERTY_TIMEOUT_MS });

const v4 = fc.ipV4();
const v6 = fc.ipV6();
/** Addresses close to the block, because random ones would never be inside. */
const v4Pairs = fc.tuple(v4, fc.integer({ min: 0, max: 32 }), fc.nat(2 ** 32 - 1), fc.nat(32));
const v6Pairs = fc.tuple(
  v6,
  fc.integer({ min: 0, max: 128 }),
  fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }),
  fc.nat(128),
);

test('IPv4 blocks contain the addresses that node:net and ipaddr.js report', () => {
  fc.assert(
    fc.property(v4Pairs, ([base, length, noise, noiseBits]) => {
      const low = noiseBits === 0 ? 0 : Math.floor(noise / 2 ** (32 - noiseBits));
      const near = v4Text((v4Number(base) ^ low) >>> 0);
      for (const address of [near, base]) {
        expect(isIn(`${base}/${length}`, address)).toBe(
          blockListSays(base, length, address, 'ipv4'),
        );
        const parsed = ipaddr.IPv4.parse(address);
        expect(isIn(`${base}/${length}`, address)).toBe(
          parsed.match(ipaddr.IPv4.parse(base), length),
        );
        expect(isIn(`${base}/${length}`, `::ffff:${address}`)).toBe(
          isIn(`${base}/${length}`, address),
        );
        expect(isIn(`::ffff:${base}/${length + 96}`, address)).toBe(
          isIn(`${base}/${length}`, address),
        );
      }
    }),
    runs(1_500),
  );
});

test('IPv6 blocks contain the addresses that node:net and ipaddr.js report', () => {
  fc.assert(
    fc.property(v6Pairs, ([base, length, noise, noiseBits]) => {
      const low = noise >> BigInt(128 - noiseBits);
      const near = v6Text(v6Number(base) ^ low);
      fc.pre(!isMapped(base) && !isMapped(near));
      for (const address of [near, base]) {
        const isInside = isIn(`${base}/${length}`, address);
        expect(isInside).toBe(blockListSays(base, length, address, 'ipv6'));
        expect(isInside).toBe(ipaddr.IPv6.parse(address).match(ipaddr.IPv6.parse(base), length));
        expect(isIn(`${base}/${length}`, '10.0.0.1')).toBe(false);
      }
    }),
    runs(1_500),
  );
});

test('text is an address exactly when node:net accepts it, except for zones', () => {
  const almost = fc.oneof(
    v4,
    v6,
    fc.stringMatching(/^[0-9]{1,3}(\.[0-9]{1,3}){2,4}$/),
    fc.stringMatching(/^[0-9a-f:]{0,20}(:[0-9]{1,3}(\.[0-9]{1,3}){3})?$/),
    fc.string(),
  );
  fc.assert(
    fc.property(almost, (text) => {
      expect(parseAddress(text) !== undefined).toBe(isIPv4(text) || isIPv6(text));
    }),
    runs(3_000),
  );
});

test('a list of blocks contains every address that one of them contains', () => {
  const blocks = fc.array(
    fc.oneof(
      fc.tuple(fc.constantFrom('10.0.0.0', '10.128.0.0', '192.168.7.9', '11.0.0.0'), fc.nat(32)),
      fc.tuple(fc.constantFrom('2001:db8::', '2001:db8:8000::1', '::ffff:10.0.0.0'), fc.nat(128)),
    ),
    { maxLength: 12 },
  );
  const addresses = fc.constantFrom(
    '10.0.0.0',
    '10.127.255.255',
    '10.128.0.0',
    '9.255.255.255',
    '192.168.7.9',
    '2001:db8::',
    '2001:db8:8000::1',
    '2001:db7::',
    '::1',
  );
  fc.assert(
    fc.property(blocks, addresses, (pairs, address) => {
      const texts = pairs.map(([base, length]) => `${base}/${length}`);
      const together = mergeRanges(
        texts.map((text) => parseBlock(text)).filter((b) => b !== undefined),
      );
      const isAnywhere = texts.some(
        (text) => parseBlock(text) !== undefined && isIn(text, address),
      );
      expect(isInRanges(together, parseAddress(address)!)).toBe(isAnywhere);
    }),
    runs(1_000),
  );
});

test('ten thousand blocks become disjoint, sorted ranges', () => {
  const blocks = Array.from({ length: 10_000 }, (_, index) => {
    const octets = [10 + (index % 3), (index * 7) % 256, (index * 13) % 256, 0];
    return parseBlock(`${octets.join('.')}/${16 + (index % 17)}`)!;
  });
  const { v4: ranges } = mergeRanges(blocks);
  for (const [index, range] of ranges.entries()) {
    expect(range.first <= range.last).toBe(true);
    if (index > 0) expect(ranges[index - 1]!.last < range.first).toBe(true);
  }
});

function isIn(block: string, address: string): boolean {
  return isInRanges(mergeRanges([parseBlock(block)!]), parseAddress(address)!);
}

function blockListSays(base: string, length: number, address: string, family: 'ipv4' | 'ipv6') {
  const list = new BlockList();
  list.addSubnet(base, length, family);
  return list.check(address, family);
}

function v4Number(text: string): number {
  return text.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

function v4Text(address: number): string {
  return [24, 16, 8, 0].map((bits) => (address >>> bits) & 255).join('.');
}

function v6Number(text: string): bigint {
  const { parts } = ipaddr.IPv6.parse(text);
  return parts.reduce((sum, part) => (sum << 16n) | BigInt(part), 0n);
}

function v6Text(address: bigint): string {
  const hex = address.toString(16).padStart(32, '0');
  return hex.match(/.{4}/g)!.join(':');
}

function isMapped(text: string): boolean {
  return v6Number(text) >> 32n === 0xffffn;
}
