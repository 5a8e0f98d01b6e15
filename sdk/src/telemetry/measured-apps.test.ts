import { once } from 'node:events';
import { type IncomingMessage, request as requestHttp, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClientStage, settled } from '../../../test/support/client-stage.js';
import { Gathered } from '../../../test/support/gathered.js';
import { listenTo, MEASURED_APPS } from '../../../test/support/measured-apps.js';
import { releasedFlag } from '../../../test/support/rulesets.js';
import { seedPrefix, unitHash } from '../core/bucket.js';
import type { ReleaseMetric } from '../core/ruleset.js';
import type { FlagClient } from '../index.js';

const REQUEST = { event: 'http.error', attribution: 'request', per: 'request' } as const;
const METRICS: readonly ReleaseMetric[] = [
  { key: 'http.errors', kind: 'split', ...REQUEST },
  { key: 'http.error-rate', kind: 'ratio', ...REQUEST },
];

let stage: ClientStage;
let flags: FlagClient;
let app: Server;

beforeEach(async () => {
  stage = await ClientStage.open();
  stage.server.ruleset = {
    ...stage.server.ruleset,
    flags: { awesome: releasedFlag({ metrics: METRICS }) },
  };
  flags = stage.connect();
  await flags.ready();
});
afterEach(async () => {
  app.closeAllConnections();
  app.close();
  await stage.close();
});

async function serve(name: string): Promise<void> {
  app = listenTo(await (MEASURED_APPS[name] as (typeof MEASURED_APPS)[string])(flags));
  app.listen(0, '127.0.0.1');
  await once(app, 'listening');
}

/** Resolves with the status of the response, or with `broken` when the connection failed. */
function ask(path: string, method = 'GET'): Promise<number | 'broken'> {
  return new Promise((resolve) => {
    const request = open(path, method, (response) => {
      response.resume();
      response.on('close', () =>
        resolve(response.complete ? (response.statusCode ?? 0) : 'broken'),
      );
    });
    request.on('error', () => resolve('broken'));
    request.end(method === 'POST' ? '{}' : undefined);
  });
}

function open(path: string, method: string, onResponse: (response: IncomingMessage) => void) {
  const { port } = app.address() as AddressInfo;
  const headers = method === 'POST' ? { 'content-type': 'application/json' } : {};
  return requestHttp({ port, path, method, headers, agent: false }, onResponse);
}

/** The events that the server received, once they include this many requests. */
async function gathered(requests: number): Promise<Gathered> {
  for (;;) {
    await flags.flush();
    const all = Gathered.of(stage.server.batches.all);
    if ((all.metrics.get('http.request')?.count ?? 0) >= requests) return all;
    await settled();
  }
}

describe.each(Object.keys(MEASURED_APPS))('an app of %s', (name) => {
  beforeEach(() => serve(name));

  it('measures requests and failures for the group that was served', async () => {
    const answers = [];
    for (const path of ['/ok', '/missing', '/failed', '/thrown']) answers.push(await ask(path));
    expect(answers).toEqual([200, 404, 500, 500]);
    const all = await gathered(4);
    const arm = all.arm('r1', 1, 'treatment');
    expect(all.metrics.get('http.error')?.count).toBe(2);
    expect(arm.totals('http.error-rate').sum).toBe(2);
    expect(arm.totals('http.error-rate').count).toBeGreaterThanOrEqual(3);
    expect(arm.splits.get('http.errors')).toEqual([unitHash(seedPrefix('3kTM'), 'user-1')]);
  });

  it('assigns evaluations to their request after the body was read', async () => {
    expect(await ask('/body', 'POST')).toBe(200);
    const arm = (await gathered(1)).arm('r1', 1, 'treatment');
    expect(arm.totals('http.error-rate')).toEqual({ sum: 0, count: 1 });
  });

  it('counts a response that the app aborts as an error', async () => {
    expect(await ask('/broken')).toBe('broken');
    const all = await gathered(1);
    expect(all.metrics.get('http.error')?.count).toBe(1);
    expect(all.arm('r1', 1, 'treatment').totals('http.error-rate').sum).toBe(1);
  });

  it('ignores event streams and requests that the client aborts', async () => {
    expect(await ask('/events')).toBe(200);
    const [left] = (await new Promise<unknown[]>((resolve) => {
      const request = open('/hanging', 'GET', (response) => {
        response.on('error', () => {});
        response.once('data', () => resolve([request.destroy()]));
      });
      request.on('error', () => {});
      request.end();
    })) as [ReturnType<typeof open>];
    expect(left.destroyed).toBe(true);
    while ((await connectionsOf(app)) > 0) await settled();
    expect(await ask('/ok')).toBe(200);
    const all = await gathered(1);
    expect(all.metrics.get('http.request')?.count).toBe(1);
    expect(all.metrics.get('http.error')).toBeUndefined();
  });
});

function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve) => server.getConnections((_error, count) => resolve(count)));
}
