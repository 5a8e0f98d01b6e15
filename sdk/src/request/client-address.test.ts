import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, it } from 'vitest';
import { canonicalAddress } from './address-text.js';
import { clientAddress, parseTrustedProxies } from './client-address.js';

const fail = (block: string) => {
  throw new Error(block);
};
const proxies = parseTrustedProxies(['10.0.0.0/8', '2001:db8:ffff::/48'], fail);
const nobody = parseTrustedProxies([], fail);

describe('the address of a client', () => {
  it.each([
    ['no proxy is trusted', nobody, '203.0.113.9', '1.2.3.4', '203.0.113.9'],
    [
      'no proxy is trusted, the socket is mapped',
      nobody,
      '::ffff:203.0.113.9',
      null,
      '203.0.113.9',
    ],
    [
      'the peer is a stranger who claims to be a proxy',
      proxies,
      '203.0.113.9',
      '1.2.3.4',
      '203.0.113.9',
    ],
    ['one proxy', proxies, '10.0.0.1', '203.0.113.9', '203.0.113.9'],
    [
      'one proxy, the client forged a hop',
      proxies,
      '10.0.0.1',
      '1.2.3.4, 203.0.113.9',
      '203.0.113.9',
    ],
    [
      'the client forged a trusted hop',
      proxies,
      '10.0.0.1',
      '10.9.9.9, 203.0.113.9',
      '203.0.113.9',
    ],
    ['two proxies', proxies, '10.0.0.1', '203.0.113.9, 10.0.0.2', '203.0.113.9'],
    [
      'two proxies and two forged hops',
      proxies,
      '10.0.0.1',
      '8.8.8.8, 10.1.1.1, 203.0.113.9,10.0.0.2',
      '203.0.113.9',
    ],
    ['a proxy over IPv6', proxies, '2001:db8:ffff::1', '2001:DB8:0:0:0:0:0:7', '2001:db8::7'],
    [
      'a mapped proxy and a mapped client',
      proxies,
      '::ffff:10.0.0.1',
      '::ffff:203.0.113.9',
      '203.0.113.9',
    ],
    ['a hop with a port', proxies, '10.0.0.1', '203.0.113.9:4711', '203.0.113.9'],
    ['a hop in brackets with a port', proxies, '10.0.0.1', '[2001:db8::7]:443', '2001:db8::7'],
    ['a hop that is no address', proxies, '10.0.0.1', '203.0.113.9, unknown', '10.0.0.1'],
    ['an empty header', proxies, '10.0.0.1', '', '10.0.0.1'],
    ['no header', proxies, '10.0.0.1', null, '10.0.0.1'],
    ['every hop a proxy', proxies, '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['an IPv6 zone', nobody, 'fe80::1%eth0', null, 'fe80::1'],
    ['no socket address', proxies, null, '203.0.113.9', null],
  ])('is correct for %s', (_, trusted, socket, forwarded, expected) => {
    expect(clientAddress(socket, forwarded, trusted)).toBe(expected);
  });

  it('is found in a header of ten thousand hops', () => {
    const forwarded = `${'1.2.3.4,'.repeat(10_000)}203.0.113.9`;
    expect(clientAddress('10.0.0.1', forwarded, proxies)).toBe('203.0.113.9');
  });

  it('reports a trusted proxy that is neither an address nor a block', () => {
    const bad: string[] = [];
    parseTrustedProxies(['10.0.0.1', 'proxy.local', '10.0.0.0/33'], (block) => bad.push(block));
    expect(bad).toEqual(['proxy.local', '10.0.0.0/33']);
  });
});

describe('canonical text', () => {
  it.each([
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['not an address', null],
  ])('of %s is %s', (text, expected) => {
    expect(canonicalAddress(text)).toBe(expected);
  });

  it('agrees with an independent implementation for any IPv6 address', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        fc.pre(!text.includes('.')); // The reference treats any dotted tail as IPv4-mapped.
        const oracle = ipaddr.process(text);
        expect(canonicalAddress(text)).toBe(
          oracle instanceof ipaddr.IPv6 ? oracle.toRFC5952String() : oracle.toString(),
        );
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});
