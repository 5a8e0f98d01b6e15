import { type DestinationStream, pino } from 'pino';
import { describeError } from './domain/describe-error.js';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The only fields of a log line. Headers, bodies, queries and full URLs are never logged. */
export interface LogFields {
  readonly requestId?: string;
  readonly method?: string;
  /** The pattern that matched, such as `/api/v1/projects/:project`. */
  readonly route?: string;
  readonly status?: number;
  readonly ms?: number;
  readonly actor?: string;
  readonly keyId?: string;
  readonly environmentId?: string;
  readonly revision?: number;
  readonly count?: number;
  readonly error?: unknown;
}

/** ERROR: a person must act. WARN: it recovered. INFO: a state changed. DEBUG: for developers. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

const FIELDS: ReadonlySet<string> = new Set<keyof LogFields>([
  'requestId',
  'method',
  'route',
  'status',
  'ms',
  'actor',
  'keyId',
  'environmentId',
  'revision',
  'count',
  'error',
]);

/** Matches Sluice keys and webhook secrets, which are masked anywhere in a line. */
const KEY_SECRET = /sluice_(server|client|admin|webhook)_[A-Za-z0-9]{8,}/g;

export interface LogOptions {
  readonly level: LogLevel;
  /** Defaults to standard output. */
  readonly destination?: DestinationStream;
}

export function createLog(options: LogOptions): Log {
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: (line) => line.replace(KEY_SECRET, 'sluice_$1_[secret]') },
    },
    options.destination ?? pino.destination({ fd: 1, sync: true }),
  );
  return {
    debug: (message, fields) => logger.debug(allowed(fields), message),
    info: (message, fields) => logger.info(allowed(fields), message),
    warn: (message, fields) => logger.warn(allowed(fields), message),
    error: (message, fields) => logger.error(allowed(fields), message),
  };
}

/** Filters at runtime, because TypeScript accepts an object with additional fields. */
function allowed(fields: LogFields = {}): Record<string, unknown> {
  const kept = Object.entries(fields).filter(([name]) => FIELDS.has(name));
  return Object.fromEntries(
    kept.map(([name, value]) => [name, name === 'error' ? describeError(value) : value]),
  );
}

/** Prints for a person at a terminal, outside the log: the address and the setup link. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints lines between two rules. Without side borders, a whole line selects a clean link. */
export function printFramed(lines: readonly string[]): void {
  const rule = '─'.repeat(Math.max(...lines.map((line) => line.length)) + 2);
  print(['', rule, ...lines.map((line) => ` ${line}`), rule, ''].join('\n'));
}

export function printProblem(text: string): void {
  process.stderr.write(`${text}\n`);
}
