/**
 * The only allowed ports below 1024. Higher ports are allowed unless another protocol that could
 * misread a request uses them.
 */
const PORTS_LOW: ReadonlySet<number> = new Set([80, 443]);
const PORTS_REFUSED: ReadonlySet<number> = new Set([
  ...[1433, 1521, 1719, 1720, 1723, 2049, 2375, 2379, 2380, 3306, 3389, 3659, 4045, 4190, 5060],
  ...[5061, 5432, 5672, 6000, 6379, 6380, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 9042],
  ...[9092, 10080, 11211, 27017],
]);

export type OutboundUrl = { readonly url: URL } | { readonly problem: string };

/** Checks scheme, port and form; the addresses behind a host name are checked elsewhere. */
export function parseOutboundUrl(text: string): OutboundUrl {
  if (!URL.canParse(text)) return { problem: 'must be an address like https://example.com/path' };
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return { problem: 'must begin with http:// or https://' };
  }
  if (url.username !== '' || url.password !== '') {
    return { problem: 'must not hold a user or password' };
  }
  const port = portOf(url);
  if ((port < 1024 && !PORTS_LOW.has(port)) || PORTS_REFUSED.has(port)) {
    return { problem: `must not use port ${port}: 80, 443 and most from 1024 up are possible` };
  }
  return { url };
}

/** The host without the brackets of an IPv6 address. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
}
