import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type Config, readConfig } from './config.js';

const SECRET = 'abcdefghijklmnopqrstuvwxyz012345';

function configOf(environment: Record<string, string>): Config {
  const parsed = readConfig(environment);
  if ('problems' in parsed) throw new Error(parsed.problems.join('\n'));
  return parsed.config;
}

function problemsOf(environment: Record<string, string>): readonly string[] {
  const parsed = readConfig(environment);
  return 'problems' in parsed ? parsed.problems : [];
}

describe('the configuration', () => {
  it('defaults to loopback, the embedded database and plain http', () => {
    expect(configOf({})).toMatchObject({
      host: '127.0.0.1',
      port: 4000,
      databaseUrl: null,
      dataDirectory: './data',
      initAdmin: null,
      initKeys: [],
      setupToken: null,
      logLevel: 'info',
      publicOrigin: null,
      basePath: '',
      https: false,
      cookieName: 'sluice',
    });
  });

  it('is frozen', () => {
    expect(Object.isFrozen(configOf({}))).toBe(true);
  });

  it('treats an empty variable as not set', () => {
    expect(configOf({ PORT: '', DATABASE_URL: '  ' })).toMatchObject({
      port: 4000,
      databaseUrl: null,
    });
  });

  it('reports every invalid variable by name', () => {
    const problems = problemsOf({
      PORT: '99999',
      HOST: 'not a host',
      DATABASE_URL: 'mysql://localhost',
      SLUICE_INIT_ADMIN: 'admin',
      SLUICE_INIT_KEYS: `root:*:${SECRET},server:default:${SECRET},admin:*:short`,
      SLUICE_INIT_FILE: 'export.json',
      SLUICE_SETUP_TOKEN: 'short',
      SLUICE_TRUSTED_PROXIES: '10.0.0.0/8,10.0.0.0/99',
      SLUICE_OUTBOUND_ALLOW: '10.0.0.0/8, nowhere',
      SLUICE_PUBLIC_URL: 'ftp://flags.example.com',
      LOG_LEVEL: 'loud',
    });
    expect(problems).toEqual([
      'PORT must be a port from 0 to 65535, got "99999"',
      'HOST must be an address or a host name, got "not a host"',
      'DATABASE_URL must look like postgres://user:password@host:5432/database',
      'SLUICE_INIT_ADMIN must be email:password, with an e-mail address before the first ":"',
      'SLUICE_INIT_KEYS entry 1: kind must be one of server, client, admin',
      'SLUICE_INIT_KEYS entry 2: a server key needs project/environment, got "default"',
      expect.stringMatching(/^SLUICE_INIT_KEYS entry 3: secret .* must have 32 to 256/),
      'SLUICE_INIT_FILE is not supported by this version; make projects through the API',
      'SLUICE_SETUP_TOKEN must have 32 to 256 of the characters A-Z a-z 0-9 _ -',
      'SLUICE_TRUSTED_PROXIES must be addresses or CIDR blocks between commas, got "10.0.0.0/99"',
      'SLUICE_OUTBOUND_ALLOW must be addresses or CIDR blocks between commas, got "nowhere"',
      'SLUICE_PUBLIC_URL must be like https://flags.example.com or https://example.com/flags',
      'LOG_LEVEL must be one of debug, info, warn, error, silent, got "loud"',
    ]);
  });

  it('never quotes a secret in an error message', () => {
    const canary = 'canary-secret';
    const problems = problemsOf({
      DATABASE_URL: `mysql://me:${canary}@localhost`,
      SLUICE_INIT_ADMIN: `me@example.com:${canary.slice(0, 8)}`,
      SLUICE_INIT_KEYS: `admin:*:${canary}`,
      SLUICE_SETUP_TOKEN: canary,
    });
    expect(problems).toHaveLength(4);
    expect(problems.join('\n')).not.toContain(canary.slice(0, 8));
  });

  it('never shows a secret when it is printed', () => {
    const config = configOf({
      DATABASE_URL: 'postgres://me:canary-password@localhost/sluice',
      SLUICE_INIT_ADMIN: 'me@example.com:canary-password',
      SLUICE_INIT_KEYS: `admin:*:${SECRET}`,
      SLUICE_SETUP_TOKEN: SECRET,
    });
    const shown =
      JSON.stringify(config) + inspect(config, { depth: 9 }) + String(config.setupToken);
    expect(shown).not.toMatch(/canary|abcdefgh/);
    expect(config.databaseUrl?.reveal()).toContain('canary-password');
  });

  it('reads everything after the first ":" as the password', () => {
    const admin = configOf({ SLUICE_INIT_ADMIN: 'me@example.com:pass:word:12345' }).initAdmin;
    expect(admin?.email).toBe('me@example.com');
    expect(admin?.password.reveal()).toBe('pass:word:12345');
  });
});

describe('the configuration of the public URL and of StatsD', () => {
  it('reads the origin and the base path, and uses a secure cookie name for https', () => {
    expect(configOf({ SLUICE_PUBLIC_URL: 'https://example.com/tools/flags/' })).toMatchObject({
      publicOrigin: 'https://example.com',
      basePath: '/tools/flags',
      https: true,
      cookieName: '__Host-sluice',
    });
  });

  it.each([
    'https://user:password@example.com',
    'https://example.com/?a=1',
    'https://example.com/#a',
    'https://example.com/a"b',
    'https://example.com//flags',
    'flags.example.com',
  ])('rejects the public URL %s', (url) => {
    expect(problemsOf({ SLUICE_PUBLIC_URL: url })).toHaveLength(1);
  });

  it('enables StatsD only when port, metric names and environment are set', () => {
    const statsd = {
      ...{ SLUICE_STATSD_PORT: '8125', SLUICE_STATSD_ALLOW: 'orders, shop.*' },
      SLUICE_STATSD_ENVIRONMENT: 'default/production',
    };
    expect(configOf({}).statsd).toBeNull();
    expect(configOf(statsd).statsd).toEqual({
      ...{ port: 8125, allow: ['orders', 'shop.*'] },
      ...{ project: 'default', environment: 'production' },
    });
    expect(problemsOf({ SLUICE_STATSD_PORT: '8125' })).toEqual([
      'SLUICE_STATSD_ALLOW is missing: SLUICE_STATSD_PORT needs it',
      'SLUICE_STATSD_ENVIRONMENT is missing: SLUICE_STATSD_PORT needs it',
    ]);
    const bad = { ...statsd, SLUICE_STATSD_ALLOW: '*', SLUICE_STATSD_ENVIRONMENT: 'production' };
    expect(problemsOf(bad)).toEqual([
      'SLUICE_STATSD_ALLOW must be names between commas, such as orders,shop.*, got "*"',
      'SLUICE_STATSD_ENVIRONMENT must be project/environment, such as default/production, ' +
        'got "production"',
    ]);
  });
});
