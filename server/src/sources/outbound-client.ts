import { lookup as lookUp } from 'node:dns';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type {
  Outbound,
  OutboundAnswer,
  OutboundProblem,
  OutboundRequest,
} from '../domain/outbound/outbound.js';
import { type AllowedAddresses, mayCall } from '../domain/outbound/outbound-address.js';
import { hostOf, parseOutboundUrl } from '../domain/outbound/outbound-url.js';

const TIMEOUT_MS = 5_000;
const BODY_BYTES_MAX = 1024 * 1024;

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** Resolves a name to all of its addresses. */
export type Resolve = (
  name: string,
  done: (error: NodeJS.ErrnoException | null, addresses: readonly ResolvedAddress[]) => void,
) => void;

export interface OutboundClientOptions {
  /** Private and special addresses that the operator allows. */
  readonly allowed: AllowedAddresses;
  /** Defaults to the resolver of the operating system. */
  readonly resolve?: Resolve;
}

const resolveBySystem: Resolve = (name, done) => {
  lookUp(name, { all: true, order: 'verbatim' }, done);
};

class RefusedAddress extends Error {}

/**
 * Creates a client that calls allowed addresses only. It checks all addresses of a name in the DNS
 * lookup of the connection itself, so DNS rebinding between check and call has no effect.
 */
export function createOutboundClient(options: OutboundClientOptions): Outbound {
  const { allowed, resolve = resolveBySystem } = options;
  const lookup = guardedLookup(resolve, allowed);
  return {
    async send(request) {
      const parsed = parseOutboundUrl(request.url);
      if ('problem' in parsed) return failed('BAD_URL', `the address ${parsed.problem}`);
      const { url } = parsed;
      const host = hostOf(url);
      if (isIP(host) !== 0 && !mayCall(host, allowed)) {
        return failed('ADDRESS_REFUSED', refusalOf(host, host));
      }
      return new Promise((settle) => exchange(request, { url, lookup, settle }));
    },
    async problemOfUrl(text) {
      const parsed = parseOutboundUrl(text);
      if ('problem' in parsed) return parsed.problem;
      const host = hostOf(parsed.url);
      if (isIP(host) !== 0) return mayCall(host, allowed) ? null : refusalOf(host, host);
      const addresses = await resolved(resolve, host);
      const refused = addresses.find(({ address }) => !mayCall(address, allowed));
      return refused === undefined ? null : refusalOf(host, refused.address);
    },
  };
}

interface Exchange {
  readonly url: URL;
  readonly lookup: LookupFunction;
  readonly settle: (answer: OutboundAnswer) => void;
}

function exchange(request: OutboundRequest, { url, lookup, settle }: Exchange): void {
  const { method, headers = {}, body, timeoutMs = TIMEOUT_MS, signal } = request;
  const finish = (answer: OutboundAnswer) => {
    clearTimeout(deadline);
    signal?.removeEventListener('abort', stop);
    settle(answer);
    sent?.destroy();
  };
  const stop = () => finish(failed('NO_CONNECTION', 'this server is stopping'));
  const overdue = () =>
    finish(failed('TIMEOUT', `${url.host} did not answer within ${timeoutMs} ms`));
  const deadline = setTimeout(overdue, timeoutMs);
  signal?.addEventListener('abort', stop, { once: true });
  const start = url.protocol === 'https:' ? requestHttps : requestHttp;
  const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
  let sent: ReturnType<typeof start> | undefined;
  try {
    sent = start(url, {
      ...{ method, lookup, agent: false },
      headers: { ...headers, ...length, 'Accept-Encoding': 'identity', 'User-Agent': 'sluice' },
    });
  } catch (error) {
    finish(failed('BAD_URL', `${url.host} cannot be asked (${codeOf(error)})`));
    return;
  }
  sent.on('error', (error) => finish(failureOf(url.host, error)));
  sent.on('response', (response) => {
    if (request.ignoreBody) finish(answered(response, ''));
    else readBody(response, (answer) => finish(answer ?? broken(url.host)));
  });
  if (signal?.aborted) stop();
  else sent.end(body);
}

/** Calls `done` with null when the connection breaks off. */
function readBody(response: IncomingMessage, done: (answer: OutboundAnswer | null) => void): void {
  const encoding = response.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    done(failed('BAD_ANSWER', 'the answer is compressed, though that was not asked for'));
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) done(failed('BAD_ANSWER', 'the answer is larger than 1 MiB'));
    else chunks.push(chunk);
  });
  response.on('end', () => done(answered(response, Buffer.concat(chunks).toString('utf8'))));
  response.on('error', () => done(null));
  response.on('aborted', () => done(null));
}

function guardedLookup(resolve: Resolve, allowed: AllowedAddresses): LookupFunction {
  return (name, options, callback) => {
    resolve(name, (error, addresses) => {
      const refused = addresses?.find(({ address }) => !mayCall(address, allowed));
      const [first] = addresses ?? [];
      if (error) callback(error, '', 0);
      else if (refused) callback(new RefusedAddress(refusalOf(name, refused.address)), '', 0);
      else if (!first) callback(Object.assign(new Error(), { code: 'ENOTFOUND' }), '', 0);
      else if (options.all) callback(null, [...addresses]);
      else callback(null, first.address, first.family);
    });
  };
}

/** Resolves to no addresses when the lookup fails or takes longer than `TIMEOUT_MS`. */
function resolved(resolve: Resolve, name: string): Promise<readonly ResolvedAddress[]> {
  return new Promise((done) => {
    const overdue = setTimeout(() => done([]), TIMEOUT_MS);
    resolve(name, (error, addresses) => {
      clearTimeout(overdue);
      done(error ? [] : addresses);
    });
  });
}

function refusalOf(host: string, address: string): string {
  const what = host === address ? address : `${host} is ${address}, which`;
  const bits = address.includes(':') ? 128 : 32;
  return (
    `${what} is no public address: this server calls it only if its operator adds it to ` +
    `SLUICE_OUTBOUND_ALLOW, such as ${address}/${bits}`
  );
}

function answered(response: IncomingMessage, body: string): OutboundAnswer {
  return { kind: 'answered', status: response.statusCode ?? 0, body };
}

function broken(host: string): OutboundAnswer {
  return failed('NO_CONNECTION', `${host} broke off in the middle of its answer`);
}

function failureOf(host: string, error: Error): OutboundAnswer {
  if (error instanceof RefusedAddress) return failed('ADDRESS_REFUSED', error.message);
  return failed('NO_CONNECTION', `${host} cannot be reached (${codeOf(error)})`);
}

function failed(problem: OutboundProblem, message: string): OutboundAnswer {
  return { kind: 'failed', problem, message };
}

function codeOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return typeof code === 'string' ? code : 'no reason given';
}
