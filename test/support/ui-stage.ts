import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { ask } from './ask.js';
import { launchBrowser } from './browser.js';
import { type FreshDatabase, migratedDatabase } from './database.js';
import { HANG_MS } from './patience.js';
import { type RunningServer, startServer } from './server.js';
import { ADMIN_EMAIL, ADMIN_PASSWORD, cookieOf, SAME_ORIGIN, signIn } from './sign-in.js';
import { recordToasts } from './toasts.js';

export const FLAGS = '/api/v1/projects/default/flags';
export const PRODUCTION = '/api/v1/projects/default/environments/production';

export interface UiStage {
  readonly server: RunningServer;
  /** A tab of a signed-in user. */
  openPage(path: string, options?: BrowserContextOptions): Promise<Page>;
  /** A tab without a session. */
  openStranger(path: string, options?: BrowserContextOptions): Promise<Page>;
  /** Calls the API as another administrator; throws on a rejection. */
  change<T>(method: string, path: string, json?: unknown, version?: number): Promise<T>;
  makeFlag(key: string, config?: object, definition?: object): Promise<void>;
  /** Changes the configuration in production on top of what is there. */
  configure(flag: string, config: object): Promise<void>;
  stopServer(): Promise<void>;
  /** The same server again: same port, data and keys. */
  startServer(): Promise<void>;
}

/** The built server with its embedded database, and a real browser that watches its console. */
export function withUi(env: Readonly<Record<string, string>> = adminEnv()): UiStage {
  const complaints: string[] = [];
  let server: RunningServer;
  let browser: Browser;
  let fresh: FreshDatabase;
  let dataDir: string;
  let cookie = '';

  beforeAll(async () => {
    fresh = await migratedDatabase('embedded');
    dataDir = fresh.options.dataDirectory;
    [server, browser] = await Promise.all([startServer({ dataDir, env }), launchBrowser()]);
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    expect(complaints.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    await Promise.all([browser?.close(), server?.stop()]);
    await fresh?.remove();
  });

  const openStranger = async (
    path: string,
    options: BrowserContextOptions = {},
    admission = '',
  ) => {
    const context = await browser.newContext({
      baseURL: server.url,
      reducedMotion: 'reduce',
      ...options,
    });
    if (admission !== '') {
      const [name = '', value = ''] = admission.split('=');
      await context.addCookies([{ name, value, url: server.url }]);
    }
    const page = await context.newPage();
    page.setDefaultTimeout(HANG_MS);
    await listenToComplaints(page, complaints);
    await recordToasts(page);
    await page.goto(path);
    return page;
  };
  /** One session for all tabs, until a test ends it: signing in is slow on purpose. */
  const admitted = async () => {
    const headers = { Cookie: cookie };
    const session = await ask(`${server.url}/api/v1/session`, { headers });
    if (session.status === 200) return cookie;
    cookie = cookieOf(await signIn(server.url, {}, SAME_ORIGIN));
    return cookie;
  };
  const change = async <T>(method: string, path: string, json?: unknown, version?: number) => {
    const headers = version === undefined ? {} : { 'If-Match': `"${version}"` };
    const asked = {
      method,
      headers,
      key: server.adminKey,
      ...(json === undefined ? {} : { json }),
    };
    const answer = await ask<T>(`${server.url}${path}`, asked);
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.text}`);
    return answer.body;
  };
  const configure = async (flag: string, config: object) => {
    const path = `${PRODUCTION}/flags/${flag}`;
    const { version, ...now } = await change<{ version: number } & Record<string, unknown>>(
      'GET',
      path,
    );
    const { status, parent, offVariant, onVariant, defaultVariant, rules } = now;
    const body = { status, parent, offVariant, onVariant, defaultVariant, rules, ...config };
    await change('PUT', path, body, version);
  };
  return {
    get server() {
      return server;
    },
    openStranger: (path, options) => openStranger(path, options),
    openPage: async (path, options) => openStranger(path, options, await admitted()),
    change,
    configure,
    stopServer: async () => {
      await server.stop();
    },
    startServer: async () => {
      const { port, adminKey, serverKey } = server;
      server = await startServer({ dataDir, env, port, adminKey, serverKey });
    },
    makeFlag: async (key, config, definition = {}) => {
      await change('POST', FLAGS, { key, ...definition });
      if (config !== undefined) await configure(key, config);
    },
  };
}

function adminEnv(): Record<string, string> {
  return { SLUICE_INIT_ADMIN: `${ADMIN_EMAIL}:${ADMIN_PASSWORD}` };
}

/** Page errors and violations of the content security policy, but not rejected requests. */
async function listenToComplaints(page: Page, complaints: string[]): Promise<void> {
  page.on('pageerror', (error) => complaints.push(`page error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(message.text());
    }
  });
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`content policy: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
}
