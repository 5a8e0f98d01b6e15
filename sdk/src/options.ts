import { type Clock, systemClock } from './clock.js';
import type { EvaluationContext } from './core/context.js';
import type { Ruleset } from './core/ruleset.js';
import { type Logger, warningLogger } from './log.js';
import { decodeRuleset } from './protocol/decode-ruleset.js';
import { parseJson } from './protocol/json-text.js';
import { parseTrustedProxies, type TrustedProxies } from './request/client-address.js';
import type { ContextFromRequest } from './request/request-context.js';
import type { Random } from './sync/backoff.js';

/** What `createClient` takes. Only `url` and `key` are needed; a bad one is named and replaced. */
export interface ClientOptions {
  /** Where the Sluice server is, such as `https://flags.example.com`; a path is kept. */
  readonly url: string;
  /** A server key; it decides project and environment. */
  readonly key: string;
  /** Name of your service, shown beside its instances. */
  readonly service?: string;
  readonly serviceVersion?: string;
  /**
   * A folder for the last known rules, so that a start without the server still has them. It should
   * belong to your service alone: whoever can write there decides your flags.
   * @default none
   */
  readonly cacheDir?: string;
  /** A ruleset document to start from when neither the server nor the disk has one. */
  readonly bootstrap?: unknown;
  /**
   * How long `ready()` waits, in milliseconds.
   * @default 2000
   */
  readonly readyTimeoutMs?: number;
  /**
   * Time without a word from the server after which `status().state` is `stale`; values stay.
   * @default 60000
   */
  readonly staleAfterMs?: number;
  /**
   * Time without a word from the server after which rules are no longer served, only defaults.
   * Think twice: a default of `true` would then reopen what was killed. Counted from the start of
   * the process where the server has not answered yet.
   * @default never
   */
  readonly maxStaleMs?: number;
  /**
   * Time between polls where streams do not work; spread by 20 %.
   * @default 30000
   */
  readonly pollIntervalMs?: number;
  /**
   * Addresses and CIDR blocks of your own proxies: only their `X-Forwarded-For` is believed.
   * @default none
   */
  readonly trustedProxies?: readonly string[];
  /**
   * What you know of a request besides its address; asked at every evaluation with a request.
   * In TypeScript, name your framework's type: `(request: express.Request) => …`.
   */
  readonly contextFromRequest?: (request: never) => EvaluationContext;
  /** @default process warnings */
  readonly logger?: Logger;
  /**
   * Instead of `node:http`, for a proxy or certificates of your own. Its sockets may keep a finished
   * process alive.
   */
  readonly fetch?: typeof fetch;
  /** For tests. */
  readonly clock?: Clock;
  /** For tests: numbers in [0, 1). */
  readonly random?: Random;
}

/** Options after parsing: complete and usable. */
export interface Settings {
  readonly url: string | null;
  readonly key: string | null;
  readonly service: string | null;
  readonly serviceVersion: string | null;
  readonly cacheDir: string | null;
  readonly bootstrap: Ruleset | null;
  readonly readyTimeoutMs: number;
  readonly staleAfterMs: number;
  readonly maxStaleMs: number | null;
  readonly pollIntervalMs: number;
  readonly trustedProxies: TrustedProxies;
  readonly contextFromRequest: ContextFromRequest | null;
  readonly logger: Logger;
  readonly fetch: typeof fetch | null;
  readonly clock: Clock;
  readonly random: Random;
}

/** Says what is wrong with which option. */
export type OnBadOption = (name: string, expected: string) => void;

const DAY_MS = 24 * 60 * 60_000;

/** Never throws, whatever it is given. */
export function parseOptions(input: ClientOptions, onBad: OnBadOption): Settings {
  const options = copyOf(input, onBad);
  const parse = <T>(name: keyof ClientOptions, is: Check<T>, expected: string): T | null => {
    const value: unknown = options[name];
    if (value === undefined) return null;
    if (is(value)) return value;
    onBad(name, expected);
    return null;
  };
  const ms = (name: keyof ClientOptions, low: number) =>
    parse(name, isBetween(low, DAY_MS), `milliseconds from ${low} to ${DAY_MS}`);
  const label = (name: keyof ClientOptions) =>
    parse(name, isLabel, 'up to 100 printable ASCII characters');
  const blocks = parse('trustedProxies', isStrings, 'a list of addresses and CIDR blocks') ?? [];
  return {
    url: parseUrl(options.url, onBad),
    key: parseKey(options.key, onBad),
    service: label('service'),
    serviceVersion: label('serviceVersion'),
    cacheDir: parse('cacheDir', isPath, 'the path of a folder'),
    bootstrap: parseBootstrap(options.bootstrap, onBad),
    readyTimeoutMs: ms('readyTimeoutMs', 0) ?? 2_000,
    staleAfterMs: ms('staleAfterMs', 1_000) ?? 60_000,
    maxStaleMs: ms('maxStaleMs', 1_000),
    pollIntervalMs: ms('pollIntervalMs', 1_000) ?? 30_000,
    trustedProxies: parseTrustedProxies(blocks, (block) =>
      onBad('trustedProxies', `addresses and CIDR blocks, which "${block}" is not`),
    ),
    contextFromRequest: parse('contextFromRequest', isFunction<ContextFromRequest>, 'a function'),
    logger: parse('logger', isLogger, 'debug, info, warn and error') ?? warningLogger,
    fetch: parse('fetch', isFunction<typeof fetch>, 'a function'),
    clock: parse('clock', isClock, 'now, monotonic and setTimer') ?? systemClock,
    random: parse('random', isFunction<Random>, 'a function') ?? Math.random,
  };
}

/** Read once: a getter that throws, or changes its mind, is met here and nowhere else. */
function copyOf(input: ClientOptions, onBad: OnBadOption): Partial<ClientOptions> {
  try {
    return { ...input };
  } catch {
    onBad('options', 'an object that can be read');
    return {};
  }
}

type Check<T> = (value: unknown) => value is T;

function isBetween(low: number, high: number): Check<number> {
  return (value): value is number => typeof value === 'number' && value >= low && value <= high;
}

/** What a header can carry unchanged. */
function isLabel(value: unknown): value is string {
  return typeof value === 'string' && /^[\x20-\x7e]{1,100}$/.test(value);
}

function isPath(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !value.includes('\0');
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isFunction<T>(value: unknown): value is T {
  return typeof value === 'function';
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');
}

function isLogger(value: unknown): value is Logger {
  return hasMethods(value, ['debug', 'info', 'warn', 'error']);
}

function isClock(value: unknown): value is Clock {
  return hasMethods(value, ['now', 'monotonic', 'setTimer']);
}

function parseUrl(value: unknown, onBad: OnBadOption): string | null {
  if (typeof value === 'string' && URL.canParse(value)) {
    const { protocol, username, password, search, hash, origin, pathname } = new URL(value);
    const isPlain = `${username}${password}${search}${hash}` === '';
    if (/^https?:$/.test(protocol) && isPlain) return `${origin}${pathname}`.replace(/\/+$/, '');
  }
  onBad('url', 'an http or https address without credentials, query or fragment');
  return null;
}

export function parseKey(value: unknown, onBad: OnBadOption): string | null {
  if (typeof value === 'string' && /^[\x21-\x7e]{1,512}$/.test(value)) return value;
  onBad('key', 'a server key without spaces');
  return null;
}

function parseBootstrap(value: unknown, onBad: OnBadOption): Ruleset | null {
  if (value === undefined) return null;
  try {
    const decoded = decodeRuleset(value);
    if ('value' in decoded) return ownCopy(decoded.value);
    onBad('bootstrap', `a ruleset document (${decoded.problem})`);
  } catch {
    onBad('bootstrap', 'a ruleset document that can be read');
  }
  return null;
}

/** A flag is read when it is first evaluated, and the caller may change the document before that. */
function ownCopy(ruleset: Ruleset): Ruleset {
  const flags = copiedMembers(ruleset.flags);
  return { ...ruleset, flags, segments: copiedMembers(ruleset.segments) };
}

/** A member that cannot be copied becomes undefined, which is a malformed flag. */
function copiedMembers<T>(record: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  const copy: Record<string, T> = Object.create(null);
  for (const key of Object.keys(record)) {
    copy[key] = parseJson(textOf(record, key)) as T;
  }
  return copy;
}

function textOf(record: object, key: string): string {
  try {
    return JSON.stringify(record[key as keyof typeof record]) ?? '';
  } catch {
    return '';
  }
}
