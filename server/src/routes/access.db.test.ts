import { beforeAll, describe, expect, it } from 'vitest';
import { type Ask, ask, problemOf } from '../../../test/support/ask.js';
import { cookieOf, SAME_ORIGIN, signIn } from '../../../test/support/sign-in.js';
import { ADMIN_KEY, CLIENT_KEY, SERVER_KEY, withSluice } from '../../../test/support/sluice.js';
import { COMMAND_NAMES } from '../domain/releases/commands.js';

const WHO = ['nobody', 'badKey', 'serverKey', 'clientKey', 'otherAdminKey', 'adminKey'] as const;
type Who = (typeof WHO)[number] | 'session' | 'foreignSession';

/** What a route requires of its caller. */
type Guard =
  | ('none' | 'person' | 'anyAdmin' | 'installation' | 'project' | 'page')
  | ('serverKey' | 'sdkKey');

interface RouteCase {
  readonly guard: Guard;
  /** A body that is valid for the schema, so that only the guard can reject the request. */
  readonly json?: unknown;
}

const P = '/api/v1/projects/:project';
const E = `${P}/environments/:environment`;
const R = `${E}/flags/:flag/releases`;
const SIGN_OUT = 'DELETE /api/v1/session';
const reason = { reason: 'because' };
const COMMAND_BODIES: Readonly<Record<string, object>> = {
  hold: { until: '2100-01-01T00:00:00Z' },
  jump: { step: 1 },
};
const when = { attribute: 'country', operator: 'in', values: ['NL'] };
const parts = { status: 'off', parent: null, offVariant: 'off', onVariant: 'on' };
const probe = { kind: 'probe', url: 'https://example.com/' };
const freeze = {
  ...{ kind: 'freeze', startsAt: '2100-01-01T00:00:00Z', endsAt: '2100-01-02T00:00:00Z' },
};
const definition = {
  ...{ kind: 'split', event: 'buy', harmful: 'down', attribution: 'assignment' },
};
const flag = {
  ...{ name: 'n', description: '', variants: { on: true, off: false }, tags: [], owner: '' },
  ...{ kind: 'release', expectedLifetimeDays: null, clientVisible: false },
};

/** Every route of the server. A missing route fails the test. */
const ROUTES: Readonly<Record<string, RouteCase>> = {
  'GET /livez': { guard: 'none' },
  'GET /readyz': { guard: 'none' },
  'GET /metrics': { guard: 'none' },
  'GET /*': { guard: 'page' },
  'GET /api/v1/setup': { guard: 'none' },
  'POST /api/v1/setup': { guard: 'none', json: {} },
  'POST /api/v1/session': { guard: 'none', json: {} },
  'GET /api/v1/openapi.json': { guard: 'none' },
  'GET /api/v1/session': { guard: 'person' },
  [SIGN_OUT]: { guard: 'person' },
  'POST /api/v1/session/password': {
    guard: 'person',
    json: { currentPassword: 'x', newPassword: 'x' },
  },
  'GET /api/v1/audit': { guard: 'installation' },
  'GET /api/v1/projects': { guard: 'anyAdmin' },
  'POST /api/v1/projects': { guard: 'installation', json: { key: 'fresh' } },
  [`GET ${P}`]: { guard: 'project' },
  [`PUT ${P}`]: { guard: 'project', json: { name: 'n' } },
  [`DELETE ${P}`]: { guard: 'project' },
  [`GET ${P}/keys`]: { guard: 'project' },
  [`POST ${P}/keys`]: { guard: 'project', json: { kind: 'admin', name: 'n' } },
  [`DELETE ${P}/keys/:key`]: { guard: 'project' },
  [`GET ${P}/environments`]: { guard: 'project' },
  [`POST ${P}/environments`]: { guard: 'project', json: { key: 'fresh' } },
  [`GET ${E}`]: { guard: 'project' },
  [`PUT ${E}`]: { guard: 'project', json: { name: 'n', protected: false } },
  [`DELETE ${E}`]: { guard: 'project' },
  [`GET ${P}/flags`]: { guard: 'project' },
  [`POST ${P}/flags`]: { guard: 'project', json: { key: 'fresh' } },
  [`GET ${P}/flags/:flag`]: { guard: 'project' },
  [`PUT ${P}/flags/:flag`]: { guard: 'project', json: flag },
  [`POST ${P}/flags/:flag/archive`]: { guard: 'project', json: {} },
  [`POST ${P}/flags/:flag/unarchive`]: { guard: 'project', json: {} },
  [`DELETE ${P}/flags/:flag`]: { guard: 'project' },
  [`GET ${E}/flags/:flag`]: { guard: 'project' },
  [`PUT ${E}/flags/:flag`]: {
    guard: 'project',
    json: { ...parts, defaultVariant: 'off', rules: [] },
  },
  [`POST ${E}/flags/:flag/kill`]: { guard: 'project', json: reason },
  [`POST ${E}/flags/:flag/restore`]: { guard: 'project', json: reason },
  [`POST ${E}/flags/:flag/preview`]: { guard: 'project', json: { contexts: [{}] } },
  [`GET ${E}/flags/:flag/receipts`]: { guard: 'project' },
  [`GET ${R}`]: { guard: 'project' },
  [`POST ${R}`]: { guard: 'project', json: { plan: {}, start: false } },
  [`POST ${R}/preview`]: { guard: 'project', json: { plan: {} } },
  [`GET ${R}/:release`]: { guard: 'project' },
  [`PUT ${R}/:release`]: { guard: 'project', json: { plan: {}, ...reason } },
  [`GET ${R}/:release/timeline`]: { guard: 'project' },
  [`GET ${R}/:release/series`]: { guard: 'project' },
  [`GET ${R}/:release/decisions/:version`]: { guard: 'project' },
  [`POST ${R}/:release/decisions/:version/verify`]: { guard: 'project' },
  [`POST ${R}/:release/drill`]: { guard: 'project', json: { metric: 'http.errors', factor: 3 } },
  ...Object.fromEntries(
    COMMAND_NAMES.map((name) => [
      `POST ${R}/:release/${name}`,
      { guard: 'project', json: { ...reason, ...COMMAND_BODIES[name] } },
    ]),
  ),
  [`GET ${E}/ruleset`]: { guard: 'project' },
  [`GET ${E}/instances`]: { guard: 'project' },
  [`DELETE ${E}/instances/:instance`]: { guard: 'project' },
  [`GET ${E}/findings`]: { guard: 'project' },
  [`GET ${P}/metrics`]: { guard: 'project' },
  [`POST ${P}/metrics`]: { guard: 'project', json: { key: 'fresh', definition } },
  [`GET ${P}/metrics/:metric`]: { guard: 'project' },
  [`PUT ${P}/metrics/:metric`]: {
    guard: 'project',
    json: { name: 'n', description: '', definition },
  },
  [`DELETE ${P}/metrics/:metric`]: { guard: 'project' },
  [`GET ${P}/sources`]: { guard: 'project' },
  [`POST ${P}/sources`]: { guard: 'project', json: { key: 'fresh', ...probe } },
  [`GET ${P}/sources/:source`]: { guard: 'project' },
  [`PUT ${P}/sources/:source`]: { guard: 'project', json: { name: 'n', url: probe.url } },
  [`DELETE ${P}/sources/:source`]: { guard: 'project' },
  [`POST ${P}/sources/:source/test`]: { guard: 'project', json: {} },
  [`GET ${P}/templates`]: { guard: 'project' },
  [`POST ${P}/templates`]: { guard: 'project', json: { key: 'fresh', plan: {} } },
  [`GET ${P}/templates/:template`]: { guard: 'project' },
  [`PUT ${P}/templates/:template`]: {
    guard: 'project',
    json: { name: 'n', description: '', plan: {} },
  },
  [`DELETE ${P}/templates/:template`]: { guard: 'project' },
  [`GET ${P}/windows`]: { guard: 'project' },
  [`POST ${P}/windows`]: { guard: 'project', json: { key: 'fresh', ...freeze } },
  [`GET ${P}/windows/:window`]: { guard: 'project' },
  [`PUT ${P}/windows/:window`]: { guard: 'project', json: { name: 'n', ...freeze } },
  [`DELETE ${P}/windows/:window`]: { guard: 'project' },
  [`GET ${P}/webhooks`]: { guard: 'project' },
  [`POST ${P}/webhooks`]: { guard: 'project', json: { name: 'n', url: 'https://example.com/' } },
  [`GET ${P}/webhooks/:webhook`]: { guard: 'project' },
  [`PUT ${P}/webhooks/:webhook`]: { guard: 'project', json: { name: 'n' } },
  [`DELETE ${P}/webhooks/:webhook`]: { guard: 'project' },
  [`GET ${P}/webhooks/:webhook/deliveries`]: { guard: 'project' },
  [`POST ${P}/webhooks/:webhook/test`]: { guard: 'project' },
  [`GET ${E}/markers`]: { guard: 'project' },
  [`POST ${E}/markers`]: { guard: 'project', json: { type: 'incident' } },
  [`POST ${E}/deploys`]: { guard: 'project', json: { service: 'shop', version: '1' } },
  [`GET ${P}/segments`]: { guard: 'project' },
  [`POST ${P}/segments`]: { guard: 'project', json: { key: 'fresh', when } },
  [`GET ${P}/segments/:segment`]: { guard: 'project' },
  [`PUT ${P}/segments/:segment`]: { guard: 'project', json: { name: 'n', description: '', when } },
  [`DELETE ${P}/segments/:segment`]: { guard: 'project' },
  [`GET ${P}/audit`]: { guard: 'project' },
  [`GET ${P}/live`]: { guard: 'project' },
  'GET /sdk/v1/ruleset': { guard: 'serverKey' },
  'GET /sdk/v1/stream': { guard: 'serverKey' },
  'POST /sdk/v1/events': { guard: 'sdkKey', json: {} },
};

/** The status with which a guard rejects a caller; null when it admits the caller. */
function refusalOf(guard: Guard, who: Who, method: string): number | null {
  if (guard === 'none' || guard === 'page') return null;
  if (who === 'nobody' || who === 'badKey') return 401;
  if (guard === 'serverKey' || guard === 'sdkKey') {
    if (who === 'serverKey' || (who === 'clientKey' && guard === 'sdkKey')) return null;
    return who === 'session' || who === 'foreignSession' ? 401 : 403;
  }
  if (who === 'serverKey' || who === 'clientKey') return 403;
  if (who === 'foreignSession' && method !== 'GET') return 403;
  if (guard === 'person') return who.endsWith('Key') ? 401 : null;
  if (who !== 'otherAdminKey') return null;
  if (guard === 'installation') return 403;
  return guard === 'project' ? 404 : null;
}

describe('access to the routes of the server', () => {
  const server = withSluice('embedded', {
    SLUICE_INIT_ADMIN: 'admin@example.com:correct horse battery',
  });
  const keys: Partial<Record<Who, string>> = {
    badKey: 'a-key-that-nobody-has-ever-made-0123456789',
    serverKey: SERVER_KEY,
    clientKey: CLIENT_KEY,
    adminKey: ADMIN_KEY,
  };

  beforeAll(async () => {
    const json = { key: 'other' };
    await ask(`${server.url}/api/v1/projects`, { method: 'POST', key: ADMIN_KEY, json });
    const made = await ask<{ secret: string }>(`${server.url}/api/v1/projects/other/keys`, {
      method: 'POST',
      key: ADMIN_KEY,
      json: { kind: 'admin', name: 'of the other project' },
    });
    keys.otherAdminKey = made.body.secret;
  });

  /** Sign-out is last, so that one session is enough for all routes. */
  const routes = () => {
    const all = server.sluice.app.routes.filter(({ method }) => method !== 'ALL');
    const named = new Set(all.map(({ method, path }) => `${method} ${path}`));
    named.delete(SIGN_OUT);
    return [...named, SIGN_OUT];
  };

  const send = async (route: string, asked: Ask) => {
    const [method, pattern] = route.split(' ') as [string, string];
    const path = pattern
      .replace(':project', 'default')
      .replace(':environment', 'production')
      .replace(/:\w+/g, 'nothing')
      .replace('*', '');
    const headers = { 'If-Match': '"1"', ...asked.headers };
    const json = ROUTES[route]?.json;
    return ask(server.url + path, {
      ...asked,
      method,
      headers,
      ...(json === undefined ? {} : { json }),
    });
  };

  const compare = async (who: Who, asked: Ask) => {
    const expected: Record<string, number | null> = {};
    const came: Record<string, number | null> = {};
    for (const route of routes()) {
      const { guard } = ROUTES[route] as RouteCase;
      const answer = await send(route, asked);
      expected[route] = refusalOf(guard, who, route.split(' ')[0] as string);
      const isRefused = [401, 403].includes(answer.status) || namesProject(answer);
      came[route] = isRefused ? answer.status : null;
      expect(answer.status, `${route}: ${answer.text}`).not.toBe(405);
      if (guard !== 'page') expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(500);
    }
    expect(came).toEqual(expected);
  };

  it('is defined in this test for every route, and for no other', () => {
    expect(routes().sort()).toEqual(Object.keys(ROUTES).sort());
  });

  it.each(WHO.filter((who) => who !== 'adminKey'))('is as defined for %s', async (who) => {
    await compare(who, { key: keys[who] });
  });

  it.each(['foreignSession', 'session'] as const)('is as defined for %s', async (who) => {
    const Cookie = cookieOf(await signIn(server.url));
    const headers = who === 'session' ? { Cookie, ...SAME_ORIGIN } : { Cookie };
    await compare(who, { headers });
  });

  it('is as defined for adminKey', async () => {
    await compare('adminKey', { key: ADMIN_KEY });
  });

  it('is limited to one project for a key of that project', async () => {
    const { body } = await ask<{ items: { key: string }[] }>(`${server.url}/api/v1/projects`, {
      key: keys.otherAdminKey,
    });
    expect(body.items.map(({ key }) => key)).toEqual(['other']);
  });

  it('is not gained by another spelling of a path', async () => {
    const tricks = [
      '/api/v1/setup/../projects',
      '/api/v1/setup/%2e%2e/projects',
      '/api/v1/setup%2f..%2fprojects',
      '/api/v1/setup/..%252fprojects',
      '/api/v1//projects',
      '/api//v1/projects',
      '//api/v1/projects',
      '/API/v1/projects',
      '/api/v1/Projects',
      '/api/v1/projects/',
      '/api/v1/projects.',
      '/api/v1/projects;/setup',
      '/livez/../api/v1/projects',
      '/api/v1/openapi.json/../projects',
    ];
    for (const path of tricks) {
      const answer = await rawGet(server.url, path);
      expect(answer, path).not.toContain('"items"');
    }
  });
});

function namesProject(answer: { readonly status: number; readonly body: unknown }): boolean {
  if (answer.status !== 404) return false;
  return problemOf(answer as Parameters<typeof problemOf>[0]).detail.includes('project "default"');
}

/** Sends the path unchanged, because `fetch` would normalize it. */
async function rawGet(url: string, path: string): Promise<string> {
  const { request } = await import('node:http');
  const { port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request({ port, path, host: '127.0.0.1' }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
    });
    sent.on('error', reject).end();
  });
}
