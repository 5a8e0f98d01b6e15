import { describe, expect, it } from 'vitest';
import { saying, withAnsweringServer } from '../../../test/support/answering-server.js';
import { HANG_MS } from '../../../test/support/patience.js';
import { parseAllowList } from '../domain/outbound/outbound-address.js';
import { createOutboundClient, type Resolve } from './outbound-client.js';

/** All notations of addresses that are not public, and names that resolve to such addresses. */
const CLOSED: readonly string[] = [
  ...['http://127.0.0.1', 'http://127.1', 'http://127.255.255.254', 'http://2130706433'],
  ...['http://0x7f000001', 'http://0x7f.1', 'http://0177.0.0.1', 'http://017700000001'],
  ...['http://0', 'http://0.0.0.0', 'http://0.1.2.3', 'http://127。0。0。1', 'http://１２７.0.0.1'],
  ...['http://%31%32%37.0.0.1', 'http://127.0.0.1.', 'http://10.0.0.1', 'http://10.255.255.255'],
  ...['http://172.16.0.1', 'http://172.31.255.255', 'http://192.168.0.1', 'http://100.64.0.1'],
  ...['http://100.127.255.255', 'http://169.254.169.254/latest/meta-data', 'http://2852039166'],
  ...['http://192.0.0.192', 'http://198.18.0.1', 'http://192.88.99.1', 'http://203.0.113.1'],
  ...['http://224.0.0.1', 'http://239.255.255.250', 'http://240.0.0.1', 'http://255.255.255.255'],
  ...['http://[::]', 'http://[::1]', 'http://[0:0:0:0:0:0:0:1]', 'http://[::ffff:127.0.0.1]'],
  ...['http://[::ffff:7f00:1]', 'http://[::ffff:10.0.0.1]', 'http://[::127.0.0.1]'],
  ...['http://[64:ff9b::7f00:1]', 'http://[64:ff9b::8.8.8.8]', 'http://[64:ff9b:1::1]'],
  ...['http://[fc00::1]', 'http://[fd00:ec2::254]', 'http://[fe80::1]', 'http://[fec0::1]'],
  ...['http://[ff02::1]', 'http://[2002:7f00:1::]', 'http://[2001::1]', 'http://[2001:db8::1]'],
  ...['http://[100::1]', 'http://[::ffff:0:127.0.0.1]', 'http://[3fff::1]', 'http://[5f00::1]'],
  ...['http://loopback.example', 'http://metadata.example', 'http://mapped.example'],
  ...['http://zoned.example', 'http://mixed.example', 'http://10.0.0.1.nip.example'],
  ...['http://nonsense.example', 'https://loopback.example'],
];

const NO_ADDRESS: readonly string[] = [
  ...['', 'x', '//example.com', 'file:///etc/passwd', 'ftp://example.com', 'gopher://example.com'],
  ...['http://', 'http://user@example.com', 'http://user:pass@example.com', 'data:text/plain,x'],
  ...['http://example.com:22', 'http://example.com:25', 'http://example.com:6379', 'http://a:0'],
  ...['http://[fe80::1%25eth0]', 'http://[::1', 'http://1.2.3.4.5.6:99999', 'javascript:alert(1)'],
  ...['http://example.com:5432', 'unix:/var/run/docker.sock', 'http://256.256.256.256'],
];

const NAMES: Readonly<Record<string, readonly string[]>> = {
  'loopback.example': ['127.0.0.1'],
  'metadata.example': ['169.254.169.254'],
  'mapped.example': ['::ffff:127.0.0.1'],
  'zoned.example': ['fe80::1%lo'],
  'mixed.example': ['93.184.215.14', '10.0.0.1'],
  '10.0.0.1.nip.example': ['10.0.0.1'],
  'nonsense.example': ['not-an-address'],
};

const resolve: Resolve = (name, done) => {
  const addresses = NAMES[name];
  if (!addresses) return done(Object.assign(new Error(), { code: 'ENOTFOUND' }), []);
  const family = (address: string) => (address.includes(':') ? 6 : 4);
  done(
    null,
    addresses.map((address) => ({ address, family: family(address) })),
  );
};

function client(allow: readonly string[] = [], by: Resolve = resolve) {
  const list = parseAllowList(allow);
  if ('bad' in list) throw new Error(list.bad);
  return createOutboundClient({ allowed: list.ranges, resolve: by });
}

const get = (url: string) => ({ method: 'GET', url, timeoutMs: HANG_MS }) as const;

describe('the outbound client', () => {
  const server = withAnsweringServer();

  it.each(CLOSED)('refuses %s when it is saved and when it is called', async (url) => {
    expect(await client().problemOfUrl(url)).toContain('SLUICE_OUTBOUND_ALLOW');
    expect(await client().send(get(url))).toMatchObject({
      kind: 'failed',
      problem: 'ADDRESS_REFUSED',
      message: expect.stringContaining('SLUICE_OUTBOUND_ALLOW'),
    });
  });

  it.each(NO_ADDRESS)('rejects %j as an invalid URL', async (url) => {
    expect(await client(['0.0.0.0/0', '::/0']).problemOfUrl(url)).toMatch(/^must /);
    expect(await client(['0.0.0.0/0', '::/0']).send(get(url))).toMatchObject({
      ...{ kind: 'failed', problem: 'BAD_URL' },
    });
  });

  it('allows public addresses, and others that the operator has named', async () => {
    for (const url of ['http://93.184.215.14', 'https://[2606:2800:21f::1]:8443/x']) {
      expect(await client().problemOfUrl(url)).toBeNull();
    }
    expect(await client(['10.0.0.0/8']).problemOfUrl('http://mixed.example')).toBeNull();
    expect(await client(['10.0.0.0/9']).problemOfUrl('http://10.128.0.1')).toMatch(/10\.128\.0\.1/);
    expect(await client(['fd00::/8']).problemOfUrl('http://[fd12::1]:9090')).toBeNull();
  });

  it('accepts a name that does not resolve yet, and fails when it calls it', async () => {
    expect(await client().problemOfUrl('http://unknown.example')).toBeNull();
    expect(await client().send(get('http://unknown.example'))).toMatchObject({
      ...{ problem: 'NO_CONNECTION', message: expect.stringContaining('ENOTFOUND') },
    });
  });

  it('checks the addresses of a name again when it connects', async () => {
    let calls = 0;
    const rebinding: Resolve = (_, done) => {
      calls += 1;
      done(null, [{ address: calls === 1 ? '93.184.215.14' : '127.0.0.1', family: 4 }]);
    };
    const outbound = client([], rebinding);
    const url = `http://rebinding.example:${server.port}`;
    server.answer(saying('{}'));
    expect(await outbound.problemOfUrl(url)).toBeNull();
    expect(await outbound.send(get(url))).toMatchObject({ problem: 'ADDRESS_REFUSED' });
    expect(server.asked).toEqual([]);
  });

  it('connects only to addresses that were checked', async () => {
    server.answer(saying('{"a":1}'));
    const outbound = client(['127.0.0.1']);
    expect(await outbound.send(get(`http://loopback.example:${server.port}/x?y=1`))).toEqual({
      ...{ kind: 'answered', status: 200, body: '{"a":1}' },
    });
    expect(server.asked[0]?.headers.host).toBe(`loopback.example:${server.port}`);
  });

  it.each([301, 302, 303, 307, 308])('does not follow a redirect with %d', async (status) => {
    server.answer((response) => {
      response.writeHead(status, { Location: 'http://169.254.169.254/' }).end();
    });
    const answer = await client(['127.0.0.1']).send(get(server.url));
    expect(answer).toMatchObject({ kind: 'answered', status });
    expect(server.asked).toHaveLength(1);
  });

  it('sends the body unchanged, and quotes no path or header in a failure', async () => {
    server.answer((response) => response.destroy());
    const answer = await client(['127.0.0.1']).send({
      ...{ method: 'POST', url: `${server.url}/canary?canary`, body: '{"ü":1}' },
      headers: { Authorization: 'canary' },
    });
    expect(server.asked[0]?.body).toBe('{"ü":1}');
    expect(answer.kind).toBe('failed');
    expect(JSON.stringify(answer)).not.toContain('canary');
  });

  it('returns a failure for an invalid header and for an aborted request', async () => {
    const outbound = client(['127.0.0.1']);
    const headers = { Authorization: 'a\r\nb' };
    expect(await outbound.send({ ...get(server.url), headers })).toMatchObject({
      problem: 'BAD_URL',
    });
    server.answer(() => stopping.abort());
    const stopping = new AbortController();
    expect(await outbound.send({ ...get(server.url), signal: stopping.signal })).toMatchObject({
      problem: 'NO_CONNECTION',
    });
    expect(await outbound.send({ ...get(server.url), signal: stopping.signal })).toMatchObject({
      problem: 'NO_CONNECTION',
    });
  });
});
