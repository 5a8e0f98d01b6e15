import { type Clock, systemClock } from './clock.js';
import type { EvaluationContext } from './core/context.js';
import type { Ruleset } from './core/ruleset.js';
import { type Logger, warningLogger } from './log.js';
import { decodeRuleset } from './protocol/decode-ruleset.js';
import { parseJson } from './protocol/json-text.js';
import { parseTrustedProxies, type TrustedProxies } from './request/client-address.js';
import type { ContextFromRequest } from './request/request-context.js';
import type { Random } from './sync/backoff.js';

/**
 * The options of `createClient`. Only `url` and `key` are required. An invalid option is reported
 * and replaced by its default.
 */
export interface ClientOptions {
  /** Address of the Sluice server, such as `https://flags.example.com`. A path is kept. */
  readonly url: string;
  /** A server key. It determines the project and the environment. */
  readonly key: string;
  /** The name of your service, shown with its instances. */
  readonly service?: string;
  readonly serviceVersion?: string;
  /**
   * A folder for the last known rules, so that a start without the server can use them. Only your
   * service should have write access, because the files determine your flags.
   * @default none
   */
  readonly cacheDir?: string;
  /** A ruleset document that is used when neither the server nor the disk has one. */
  readonly bootstrap?: unknown;
  /**
   * How long `ready()` waits, in milliseconds.
   * @default 2000
   */
  readonly readyTimeoutMs?: number;
  /**
   * Time without an answer from the server after which `status().state` is `stale`. Values do not
   * change.
   * @default 60000
   */
  readonly staleAfterMs?: number;
  /**
   * Time without an answer from the server after which every call returns its default instead of
   * the last rules. Use with care: a default of `true` reopens a killed flag. If the server has not
   * answered yet, the time counts from the start of the process.
   * @default never
   */
  readonly maxStaleMs?: number;
  /**
   * Time between polls when streams do not work, with a jitter of 20 %.
   * @default 30000
   */
  readonly pollIntervalMs?: number;
  /**
   * Addresses and CIDR blocks of your own proxies. `X-Forwarded-For` is trusted only from them.
   * @default none
   */
  readonly trustedProxies?: readonly string[];
  /**
   * Returns attributes of a request besides its address. It runs at every evaluation with a
   * request. In TypeScript, name your framework's type: `(request: express.Request) => …`.
   */
  readonly contextFromRequest?: (request: never) => EvaluationContext;
  /** @default process warnings */
  readonly logger?: Logger;
  /**
   * Replaces `node:http`, for example to use a proxy or custom certificates. Its sockets may keep a
   * finished process alive.
   */
  readonly fetch?: typeof fetch;
  /** For tests. */
  readonly clock?: Clock;
  /** For tests: numbers in [0, 1). */
  readonly random?: Random;
}

/** Parsed options, with a valid value for each. */
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

/** Reports an invalid option and the expected value. */
export type OnBadOption = (name: string, expected: string) => void;

const DAY_MS = 24 * 60 * 60_000;

/** Never throws, whatever the input is. */
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

/**
 * Reads each option once, so a getter that throws or returns varying values affects only this
 * function.
 */
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

/** Accepts text that a header transmits unchanged. */
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

/**
 * Copies the document, because a flag is parsed at its first evaluation and the caller may have
 * changed the document by then.
 */
function ownCopy(ruleset: Ruleset): Ruleset {
  const flags = copiedMembers(ruleset.flags);
  return { ...ruleset, flags, segments: copiedMembers(ruleset.segments) };
}

/** A member that cannot be copied becomes undefined, which counts as a malformed flag. */
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
