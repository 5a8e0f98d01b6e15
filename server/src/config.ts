import { z } from '@hono/zod-openapi';
import { parseTrustedProxies, type TrustedProxies } from '@sluice/sdk/request';
import { type InitKey, parseInitKey } from './domain/init-key.js';
import {
  type AllowedAddresses,
  NOTHING_ALLOWED,
  parseAllowList,
} from './domain/outbound/outbound-address.js';
import { problemOfPassword } from './domain/password-rules.js';
import { Secret } from './domain/secret.js';
import { LOG_LEVELS, type LogLevel } from './log.js';

export interface InitAdmin {
  readonly email: string;
  readonly password: Secret;
}

/** Settings that responses depend on. They do not change while the process runs. */
export interface AppSettings {
  /** Origin of `SLUICE_PUBLIC_URL`. Null: the `Host` header of the request decides. */
  readonly publicOrigin: string | null;
  /** Empty or a path such as `/flags`, without a trailing slash. */
  readonly basePath: string;
  readonly https: boolean;
  readonly cookieName: string;
  readonly trustedProxies: TrustedProxies;
}

/** The port for StatsD packets and the environment that they count for. */
export interface StatsdConfig {
  readonly port: number;
  /** Allowed metric names. A `*` at the end matches any suffix. */
  readonly allow: readonly string[];
  readonly project: string;
  readonly environment: string;
}

export interface Config extends AppSettings {
  readonly host: string;
  readonly port: number;
  readonly databaseUrl: Secret | null;
  readonly dataDirectory: string;
  readonly initAdmin: InitAdmin | null;
  readonly initKeys: readonly InitKey[];
  readonly setupToken: Secret | null;
  /** Private addresses that metric sources and webhooks may call. */
  readonly outboundAllowed: AllowedAddresses;
  readonly logLevel: LogLevel;
  /** Null: the server does not listen for StatsD packets. */
  readonly statsd: StatsdConfig | null;
}

export type ParsedConfig = { readonly config: Config } | { readonly problems: readonly string[] };

type Check = z.RefinementCtx;

function refuse(check: Check, message: string): typeof z.NEVER {
  check.addIssue({ code: 'custom', message });
  return z.NEVER;
}

const port = z.string().transform((text, check) => {
  const isPort = /^\d{1,5}$/.test(text) && Number(text) <= 65_535;
  return isPort ? Number(text) : refuse(check, `must be a port from 0 to 65535, got "${text}"`);
});

const host = z.string().transform((text, check) => {
  if (/^[A-Za-z0-9:.-]{1,253}$/.test(text)) return text;
  return refuse(check, `must be an address or a host name, got "${text}"`);
});

const databaseUrl = z.string().transform((text, check) => {
  if (/^postgres(ql)?:\/\//.test(text) && URL.canParse(text)) return new Secret(text);
  return refuse(check, 'must look like postgres://user:password@host:5432/database');
});

const setupToken = z.string().transform((text, check) => {
  if (/^[A-Za-z0-9_-]{32,256}$/.test(text)) return new Secret(text);
  return refuse(check, 'must have 32 to 256 of the characters A-Z a-z 0-9 _ -');
});

const initAdmin = z.string().transform((text, check): InitAdmin => {
  const colon = text.indexOf(':');
  const email = text.slice(0, Math.max(0, colon));
  if (!z.email().safeParse(email).success) {
    return refuse(check, 'must be email:password, with an e-mail address before the first ":"');
  }
  const problem = problemOfPassword(text.slice(colon + 1));
  if (problem !== null) return refuse(check, `the password ${problem}`);
  return { email, password: new Secret(text.slice(colon + 1)) };
});

const initKeys = z.string().transform((text, check) => {
  const entries = text.split(',').map((entry) => entry.trim());
  return entries.flatMap((entry, index): InitKey[] => {
    const parsed = parseInitKey(entry);
    if ('key' in parsed) return [parsed.key];
    check.addIssue({ code: 'custom', message: `entry ${index + 1}: ${parsed.problem}` });
    return [];
  });
});

const trustedProxies = z.string().transform((text, check) => {
  const blocks = text.split(',').map((block) => block.trim());
  return parseTrustedProxies(blocks, (block) => {
    refuse(check, `must be addresses or CIDR blocks between commas, got "${block}"`);
  });
});

const outboundAllow = z.string().transform((text, check) => {
  const list = parseAllowList(text.split(',').map((block) => block.trim()));
  if ('ranges' in list) return list.ranges;
  return refuse(check, `must be addresses or CIDR blocks between commas, got "${list.bad}"`);
});

const statsdAllow = z.string().transform((text, check) => {
  const names = text.split(',').map((name) => name.trim());
  const bad = names.find((name) => !/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}\*?$/.test(name));
  if (bad === undefined) return names;
  return refuse(check, `must be names between commas, such as orders,shop.*, got "${bad}"`);
});

const statsdEnvironment = z.string().transform((text, check) => {
  const [project = '', environment = '', ...rest] = text.split('/');
  if (project !== '' && environment !== '' && rest.length === 0) return { project, environment };
  return refuse(check, `must be project/environment, such as default/production, got "${text}"`);
});

const publicUrl = z.string().transform((text, check) => {
  const url = URL.canParse(text) ? new URL(text) : null;
  const basePath = url?.pathname.replace(/\/+$/, '') ?? '';
  const isUsable =
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    [url.username, url.password, url.search, url.hash].every((part) => part === '') &&
    /^(\/[A-Za-z0-9._~-]+)*$/.test(basePath);
  if (isUsable) return { origin: url.origin, basePath, https: url.protocol === 'https:' };
  return refuse(check, 'must be like https://flags.example.com or https://example.com/flags');
});

const initFile = z.string().transform((_, check) => {
  return refuse(check, 'is not supported by this version; make projects through the API');
});

/** All environment variables. The parsers above check them; `docs/` explains them. */
const schema = z.object({
  PORT: port.default(4000),
  HOST: host.default('127.0.0.1'),
  DATABASE_URL: databaseUrl.optional(),
  SLUICE_DATA_DIR: z.string().default('./data'),
  SLUICE_INIT_ADMIN: initAdmin.optional(),
  SLUICE_INIT_KEYS: initKeys.optional(),
  SLUICE_INIT_FILE: initFile.optional(),
  SLUICE_SETUP_TOKEN: setupToken.optional(),
  SLUICE_TRUSTED_PROXIES: trustedProxies.optional(),
  SLUICE_OUTBOUND_ALLOW: outboundAllow.optional(),
  SLUICE_PUBLIC_URL: publicUrl.optional(),
  SLUICE_STATSD_PORT: port.optional(),
  SLUICE_STATSD_ALLOW: statsdAllow.optional(),
  SLUICE_STATSD_ENVIRONMENT: statsdEnvironment.optional(),
  LOG_LEVEL: z
    .enum(LOG_LEVELS, {
      error: (issue) => `must be one of ${LOG_LEVELS.join(', ')}, got "${issue.input}"`,
    })
    .default('info'),
});

type Environment = Readonly<Record<string, string | undefined>>;

/** Returns a frozen configuration, or all invalid environment variables together. */
export function readConfig(environment: Environment = process.env): ParsedConfig {
  const set = Object.entries(environment).filter(([, value]) => (value ?? '').trim() !== '');
  const parsed = schema.safeParse(Object.fromEntries(set));
  if (!parsed.success) {
    return {
      problems: parsed.error.issues.map(({ path, message }) => `${String(path[0])} ${message}`),
    };
  }
  const problems = problemsOfStatsd(parsed.data);
  return problems.length > 0 ? { problems } : { config: toConfig(parsed.data) };
}

type Variables = z.infer<typeof schema>;

/** StatsD has no authentication, so the operator must name the allowed metrics. */
function problemsOfStatsd(variables: Variables): readonly string[] {
  if (variables.SLUICE_STATSD_PORT === undefined) return [];
  const needed = ['SLUICE_STATSD_ALLOW', 'SLUICE_STATSD_ENVIRONMENT'] as const;
  return needed
    .filter((name) => variables[name] === undefined)
    .map((name) => `${name} is missing: SLUICE_STATSD_PORT needs it`);
}

function toStatsd(variables: Variables): StatsdConfig | null {
  const { SLUICE_STATSD_PORT: at, SLUICE_STATSD_ALLOW: allow } = variables;
  const place = variables.SLUICE_STATSD_ENVIRONMENT;
  if (at === undefined || allow === undefined || place === undefined) return null;
  return { port: at, allow, ...place };
}

export interface CommandSettings {
  /** Without a trailing slash. */
  readonly url: string;
  readonly key: string;
}

const commandSchema = z.object({
  SLUICE_URL: z.url({ error: 'must be the address of a server, such as http://127.0.0.1:4000' }),
  SLUICE_KEY: z.string({ error: 'must be an admin key' }).min(1, 'must be an admin key'),
});

/** Reads the server address and the admin key that the command line needs. */
export function readCommandSettings(
  environment: Environment = process.env,
): { readonly settings: CommandSettings } | { readonly problems: readonly string[] } {
  const parsed = commandSchema.safeParse(environment);
  if (!parsed.success) {
    return {
      problems: parsed.error.issues.map(({ path, message }) => `${String(path[0])} ${message}`),
    };
  }
  const { SLUICE_URL: url, SLUICE_KEY: key } = parsed.data;
  return { settings: { url: url.replace(/\/+$/, ''), key } };
}

function toConfig(variables: Variables): Config {
  const url = variables.SLUICE_PUBLIC_URL;
  return Object.freeze({
    host: variables.HOST,
    port: variables.PORT,
    databaseUrl: variables.DATABASE_URL ?? null,
    dataDirectory: variables.SLUICE_DATA_DIR,
    initAdmin: variables.SLUICE_INIT_ADMIN ?? null,
    initKeys: Object.freeze(variables.SLUICE_INIT_KEYS ?? []),
    setupToken: variables.SLUICE_SETUP_TOKEN ?? null,
    outboundAllowed: variables.SLUICE_OUTBOUND_ALLOW ?? NOTHING_ALLOWED,
    logLevel: variables.LOG_LEVEL,
    statsd: toStatsd(variables),
    publicOrigin: url?.origin ?? null,
    basePath: url?.basePath ?? '',
    https: url?.https ?? false,
    cookieName: url?.https ? '__Host-sluice' : 'sluice',
    trustedProxies: variables.SLUICE_TRUSTED_PROXIES ?? parseTrustedProxies([], () => {}),
  });
}
